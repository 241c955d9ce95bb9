import { eachPattern, usesWithVerdicts } from "./host-verdicts.ts";
import { meantHost, spannedForms } from "./mistyped-host.ts";
import { type HostPattern, hasSiblings, hostOf, isShortName } from "./pattern.ts";
import { hostPatternsOf, replacement } from "./patterns.ts";
import { type PluginUse, pluginUses } from "./plugin-uses.ts";
import type { Hit, Lint } from "./types.ts";
import { listed, shown } from "./words.ts";

const wrongPlugin: Lint = {
  code: "wrong-plugin",
  severity: "error",
  explanation:
    "The kubelet runs the executable with this name for these images, and that plugin rejects all of them: it is for another cloud.",
  check: (context) =>
    usesWithVerdicts(context).flatMap(({ use, meant }): readonly Hit[] => {
      if (meant === undefined) return [];
      const others = context.providers.some(({ name }) => name === meant.name);
      return [
        {
          at: `${use.at}.name`,
          message: `${shown(use.provider.name)} is for ${use.plugin.service}, and its patterns are registries of ${meant.service}`,
          fix: others
            ? `move the patterns to the provider ${shown(meant.name)}`
            : `write ${shown(meant.name)}`,
          ...(others
            ? {}
            : {
                changes: [{ kind: "replace", at: `${use.at}.name`, value: meant.name } as const],
                guess: true,
              }),
        },
      ];
    }),
};

const tooWide: Lint = {
  code: "too-wide",
  severity: "warning",
  explanation:
    "The kubelet runs the plugin before it pulls any image that a pattern matches, for up to a minute. The plugin has no credentials for other registries: it fails, and each of these pulls is slower and logs an error.",
  check: (context) => [
    ...eachPattern(context, ({ pattern, use, verdict }) => {
      if (verdict.kind !== "wide") return undefined;
      const changes = replacement(context, pattern, verdict.narrower);
      return {
        message: `${shown(pattern.text)} matches more than ${use.plugin.service}`,
        fix: `write ${listed(verdict.narrower)}`,
        ...(changes === undefined ? {} : { changes }),
      };
    }),
    ...hostPatternsOf(context).flatMap((pattern): readonly Hit[] => {
      const { labels } = pattern.side;
      if (pluginUses(context)[pattern.providerIndex] !== undefined || labels.some((label) => label !== "*"))
        return [];
      return [
        {
          at: pattern.at,
          message: `${shown(pattern.text)} matches every host of ${labels.length === 1 ? "one label" : `${labels.length} labels`}`,
          fix: "write the registry's domain",
        },
      ];
    }),
  ],
};

const foreignRegistry: Lint = {
  code: "foreign-registry",
  severity: "warning",
  explanation:
    "The plugin rejects hosts of other clouds without sending a request, unless they are mapped to a registry as mirrors. This entry makes pulls slower, logs errors, and returns no credentials.",
  check: (context) =>
    eachPattern(context, ({ pattern, use, verdict }) => {
      if (verdict.kind !== "foreign" || isShortName(pattern)) return undefined;
      const message = `${shown(pattern.text)} ${verdict.why}`;
      const host = pattern.side.labels.join(".");
      const spanned = spannedForms(host, use.plugin.matchImages);
      const meant = meantHost(host, use.reading.hostForms.patterns);
      const texts = spanned.length > 0 ? spanned : meant === undefined ? [] : [meant];
      if (texts.length > 0) {
        const changes = replacement(context, pattern, texts);
        const why = spanned.length > 0 ? "* stands for one label: " : "";
        return {
          message,
          fix: `${why}write ${listed(texts)}`,
          ...(changes === undefined ? {} : { changes, guess: true }),
        };
      }
      return { message, ...removeOrMap(pattern, use) };
    }),
};

/** The fix for a pattern that is not similar to any host of the plugin: remove or map it. */
function removeOrMap(pattern: HostPattern, { plugin }: PluginUse): Omit<Hit, "at" | "message"> {
  const host = hostOf(pattern);
  const optIn = /[*?[\]]/.test(host)
    ? "map mirrors one by one: --registry=HOST=THE_REGISTRY_BEHIND_IT"
    : `map it: args: ["--registry=${host}=THE_REGISTRY_BEHIND_IT"]`;
  if (hasSiblings(pattern)) {
    return {
      fix: `remove it, or if it is a mirror ${optIn}`,
      changes: [{ kind: "remove", at: pattern.at }],
      guess: true,
    };
  }
  return {
    fix: `write the hosts of ${plugin.service}, such as ${listed(plugin.matchImages.slice(0, 2))}, or if it is a mirror ${optIn}`,
    changes: [{ kind: "replace-item", at: pattern.at, values: plugin.matchImages }],
    guess: true,
  };
}

const unknownRegistry: Lint = {
  code: "unknown-registry",
  severity: "note",
  explanation:
    "A file on the node decides which registries the plugin accepts, and this check does not read it: a private cloud can have this host.",
  check: (context) =>
    eachPattern(context, ({ pattern, verdict }) => {
      if (verdict.kind !== "unknown") return undefined;
      return {
        message: `${shown(pattern.text)} is accepted if it belongs to ${verdict.decides}`,
        fix: "compare it with that file; remove the entry if the host is not in it",
      };
    }),
};

export const HOST_LINTS: readonly Lint[] = [wrongPlugin, tooWide, foreignRegistry, unknownRegistry];
