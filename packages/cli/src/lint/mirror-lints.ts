import { hostOnly, isRegistry } from "../plugins/known-plugins.ts";
import { hostCovers } from "./glob-set.ts";
import { hostPatternsOf } from "./patterns.ts";
import { pluginUses } from "./plugin-uses.ts";
import type { Hit, Lint } from "./types.ts";
import { shown } from "./words.ts";

const unmatchedMirror: Lint = {
  code: "mirror-not-matched",
  severity: "warning",
  explanation:
    "The plugin would return the registry's credentials for this mirror, but the kubelet does not run the plugin: no entry of matchImages matches the mirror's images.",
  check: (context) =>
    pluginUses(context).flatMap((use, index): readonly Hit[] => {
      if (use === undefined) return [];
      const patterns = hostPatternsOf(context).filter(({ providerIndex }) => providerIndex === index);
      return use.reading.mirrors.flatMap(({ mirror, problem }): readonly Hit[] => {
        if (problem !== undefined) return [];
        const [name = "", port = ""] = (mirror.split("/", 1)[0] ?? "").split(":");
        const matched = patterns.some(
          ({ side }) => side.port === port && hostCovers(side.labels, name.split(".")),
        );
        if (matched) return [];
        return [
          {
            at: `${use.at}.matchImages`,
            message: `no pattern matches the mirror ${shown(mirror)} of the arguments`,
            fix: `add ${shown(mirror)}`,
            changes: [{ kind: "append", at: `${use.at}.matchImages`, value: mirror }],
          },
        ];
      });
    }),
};

const mirrorTarget: Lint = {
  code: "mirror-target",
  severity: "error",
  explanation:
    "Images of a mirror get the credentials of the registry that it is mapped to. The plugin rejects all images of a mirror that is mapped to a host of another cloud.",
  check: (context) =>
    pluginUses(context).flatMap((use): readonly Hit[] => {
      if (use === undefined) return [];
      return use.reading.mirrors.flatMap(({ mirror, target, problem }): readonly Hit[] => {
        const parsed = use.reading.parseHost(hostOnly(target));
        const accepted = isRegistry(parsed) || use.reading.hostForms.beyond !== undefined;
        const why =
          problem ??
          (accepted || !("notOurs" in parsed)
            ? undefined
            : `the target of ${shown(mirror)}, ${shown(target)}, ${parsed.notOurs}`);
        if (why === undefined) return [];
        const index = (use.provider.args ?? []).findIndex(
          (word) => word.includes(mirror) && word.includes(target),
        );
        return [
          {
            at: index < 0 ? `${use.at}.args` : `${use.at}.args[${index}]`,
            message: why,
            fix: `map the mirror to a registry of ${use.plugin.service}`,
          },
        ];
      });
    }),
};

export const MIRROR_LINTS: readonly Lint[] = [unmatchedMirror, mirrorTarget];
