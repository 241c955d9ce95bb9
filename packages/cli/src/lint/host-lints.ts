import { hostOnly, isRegistry, KNOWN_PLUGINS, type KnownPlugin } from "../plugins/known-plugins.ts";
import { OTHER_REGISTRIES } from "../registry/identify.ts";
import { covers, hostCovers, hostsIntersect, intersects } from "./glob-set.ts";
import { meantHost, spannedForms } from "./host-slip.ts";
import { type HostPattern, hasSiblings, hostOf } from "./pattern.ts";
import { hostPatternsOf, replacement } from "./patterns.ts";
import { type PluginUse, pluginUses } from "./plugin-uses.ts";
import type { Hit, Lint, LintContext } from "./types.ts";
import { listed, shown } from "./words.ts";

/** What a plugin has to say about a pattern for images of another registry. */
type Verdict =
  | { readonly kind: "ours" }
  /** Some of its images are the plugin's, others are not. */
  | { readonly kind: "wide"; readonly narrower: readonly string[] }
  /** The plugin refuses every one of its images. */
  | { readonly kind: "foreign"; readonly why: string }
  /** A file on the node decides. */
  | { readonly kind: "unknown"; readonly decides: string };

function verdictOf({ plugin, reading }: PluginUse, pattern: HostPattern): Verdict {
  const { labels, port } = pattern.side;
  const host = labels.join(".");
  const mirrored = reading.mirrors.some(({ mirror }) => {
    const mirrorHost = mirror.split("/", 1)[0] ?? "";
    const [name = "", mirrorPort = ""] = mirrorHost.split(":");
    return mirrorPort === port && hostCovers(labels, name.split("."));
  });
  if (mirrored) return { kind: "ours" };
  const forms = reading.hostForms.patterns.map((form) => form.split("."));
  const reached = forms.filter((form) => hostsIntersect(labels, form));
  if (!host.includes("*")) {
    const parsed = reading.parseHost(host);
    if (isRegistry(parsed)) return { kind: "ours" };
    return beyond(plugin, reading.hostForms.beyond, pattern) ?? { kind: "foreign", why: parsed.notOurs };
  }
  if (forms.some((form) => hostCovers(form, labels))) return { kind: "ours" };
  if (reached.length === 0) {
    return (
      beyond(plugin, reading.hostForms.beyond, pattern) ?? {
        kind: "foreign",
        why: `matches no host of ${plugin.service}`,
      }
    );
  }
  const usual = reached.filter((form) => plugin.matchImages.includes(form.join(".")));
  const narrower = (usual.length > 0 ? usual : reached).map((form) => narrowed(labels, form));
  return { kind: "wide", narrower };
}

/** Where more hosts are accepted than any list has: those of other registries that are known are not among them. */
function beyond(
  plugin: KnownPlugin,
  decides: string | undefined,
  { side }: HostPattern,
): Verdict | undefined {
  if (decides === undefined) return undefined;
  const host = side.labels.join(".");
  const others = KNOWN_PLUGINS.filter((other) => other !== plugin).flatMap(
    ({ hostForms }) => hostForms.patterns,
  );
  const isOthers =
    OTHER_REGISTRIES.includes(host) || others.some((form) => hostsIntersect(side.labels, form.split(".")));
  // A plugin that reads other registries' credentials from a file accepts whatever that file has.
  const acceptsAll = plugin.hostForms.beyond === decides || decides.includes(".dockercfg");
  return isOthers && !acceptsAll ? undefined : { kind: "unknown", decides };
}

/** What two patterns have in common, label by label. */
function narrowed(pattern: readonly string[], form: readonly string[]): string {
  return form
    .map((label, index) => {
      const own = pattern[index] ?? "*";
      return covers(label, own) && intersects(label, own) ? own : label;
    })
    .join(".");
}

/** What a whole host stands for when every `*` in it is one label: for comparing it with the forms. */
function ownerOf({ side }: HostPattern): KnownPlugin | undefined {
  const host = side.labels.join(".");
  return KNOWN_PLUGINS.find(
    (plugin) =>
      plugin.hostForms.patterns.some((form) => hostCovers(form.split("."), side.labels)) ||
      (!host.includes("*") && isRegistry(plugin.parseHost(host))),
  );
}

interface Judged {
  readonly pattern: HostPattern;
  readonly use: PluginUse;
  readonly verdict: Verdict;
}

interface JudgedUse {
  readonly use: PluginUse;
  readonly patterns: readonly Judged[];
  /** The plugin whose registries all the patterns are, where it is not this one. */
  readonly meant: KnownPlugin | undefined;
}

const judged = new WeakMap<LintContext, readonly JudgedUse[]>();

/** Every pattern of a plugin that we know, with that plugin's own opinion. Worked out once for the lints below. */
function judgedUses(context: LintContext): readonly JudgedUse[] {
  const known = judged.get(context);
  if (known !== undefined) return known;
  const uses = pluginUses(context);
  const byProvider = new Map<number, Judged[]>();
  for (const pattern of hostPatternsOf(context)) {
    const use = uses[pattern.providerIndex];
    if (use === undefined) continue;
    const list = byProvider.get(pattern.providerIndex) ?? [];
    list.push({ pattern, use, verdict: verdictOf(use, pattern) });
    byProvider.set(pattern.providerIndex, list);
  }
  const result = [...byProvider.values()].flatMap((patterns): readonly JudgedUse[] => {
    const [first] = patterns;
    return first === undefined ? [] : [{ use: first.use, patterns, meant: meantPlugin(patterns) }];
  });
  judged.set(context, result);
  return result;
}

function meantPlugin(patterns: readonly Judged[]): KnownPlugin | undefined {
  const [first] = patterns;
  if (
    first === undefined ||
    patterns.some(({ verdict }) => verdict.kind !== "foreign" && verdict.kind !== "unknown")
  )
    return undefined;
  const owner = ownerOf(first.pattern);
  if (owner === undefined || owner === first.use.plugin) return undefined;
  return patterns.every(({ pattern }) => ownerOf(pattern) === owner) ? owner : undefined;
}

function eachPattern(
  context: LintContext,
  look: (judged: Judged) => Omit<Hit, "at"> | undefined,
): readonly Hit[] {
  return judgedUses(context)
    .filter(({ meant }) => meant === undefined)
    .flatMap(({ patterns }) =>
      patterns.flatMap((one) => {
        const hit = look(one);
        return hit === undefined ? [] : [{ at: one.pattern.at, ...hit }];
      }),
    );
}

const wrongPlugin: Lint = {
  code: "wrong-plugin",
  severity: "error",
  explanation:
    "The kubelet runs the executable with this name for these images, and that plugin refuses every one of them: it is for another cloud.",
  check: (context) =>
    judgedUses(context).flatMap(({ use, meant }): readonly Hit[] => {
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
    "For every image that a pattern matches the kubelet runs the plugin before it pulls, for up to a minute. The plugin has no credentials for other registries: it fails, and each of these pulls is slower and logs an error.",
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
    "The plugin refuses hosts that are not its cloud's before it sends anything, unless they are mapped to a registry as mirrors. This entry makes pulls slower, logs errors, and gives no credentials.",
  check: (context) =>
    eachPattern(context, ({ pattern, use, verdict }) => {
      if (verdict.kind !== "foreign" || isShortName(pattern)) return undefined;
      const message = `${shown(pattern.text)} ${verdict.why}`;
      const host = pattern.side.labels.join(".");
      const spanned = spannedForms(host, use.plugin.matchImages);
      const slip = meantHost(host, use.reading.hostForms.patterns);
      const texts = spanned.length > 0 ? spanned : slip === undefined ? [] : [slip];
      if (texts.length > 0) {
        const changes = replacement(context, pattern, texts);
        const why = spanned.length > 0 ? "* stands for one label: " : "";
        return {
          message,
          fix: `${why}write ${listed(texts)}`,
          ...(changes === undefined ? {} : { changes, guess: true }),
        };
      }
      return { message, ...withoutIt(pattern, use) };
    }),
};

/** For a pattern that nothing can be made of. */
function withoutIt(pattern: HostPattern, { plugin }: PluginUse): Omit<Hit, "at" | "message"> {
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
    "Which registries the plugin accepts is decided by a file on the node, which this check does not read: a cloud of its own may have this host.",
  check: (context) =>
    eachPattern(context, ({ pattern, verdict }) => {
      if (verdict.kind !== "unknown") return undefined;
      return {
        message: `${shown(pattern.text)} is accepted if it belongs to ${verdict.decides}`,
        fix: "compare it with that file; remove the entry if the host is not in it",
      };
    }),
};

/** The first part of an image's name is a host only with a dot, a port or capital letters in it (distribution/reference). */
function isShortName({ text, side }: HostPattern): boolean {
  // What the kubelet cuts off (a query, a user) has a finding of its own.
  if (/[?#@]/.test(text)) return false;
  const [label = ""] = side.labels;
  return side.labels.length === 1 && side.port === "" && /^[a-z0-9_-]+$/.test(label) && label !== "localhost";
}

const shortName: Lint = {
  code: "short-name",
  severity: "warning",
  explanation:
    "A name without a dot or a port is not a host: plugins see nginx as docker.io/library/nginx and team/app as docker.io/team/app. A pattern without a host matches no image.",
  check: (context) =>
    hostPatternsOf(context)
      .filter(isShortName)
      .map((pattern): Hit => {
        const use = pluginUses(context)[pattern.providerIndex];
        const message = `${shown(pattern.text)} names no registry`;
        const { labels, path } = pattern.side;
        if (use !== undefined) {
          const images = `images of that name are Docker Hub's, for which ${use.plugin.service} has no credentials`;
          return hasSiblings(pattern)
            ? {
                at: pattern.at,
                message,
                fix: `remove it: ${images}`,
                changes: [{ kind: "remove", at: pattern.at }],
              }
            : {
                at: pattern.at,
                message,
                fix: `write a registry's host, such as ${listed(use.plugin.matchImages.slice(0, 1))}: ${images}`,
                changes: [{ kind: "replace-item", at: pattern.at, values: use.plugin.matchImages }],
                guess: true,
              };
        }
        const hub = path === "" ? `docker.io/library/${labels[0]}` : `docker.io/${labels[0]}${path}`;
        const whole = path === "" ? `${hub}/` : path.endsWith("/") ? hub : `${hub}/`;
        const changes = replacement(context, pattern, [whole]);
        return {
          at: pattern.at,
          message,
          fix: `write ${shown(whole)}`,
          ...(changes === undefined ? {} : { changes, guess: true }),
        };
      }),
};

const unmatchedMirror: Lint = {
  code: "mirror-not-matched",
  severity: "warning",
  explanation:
    "The plugin would give this mirror the credentials of its registry, but the kubelet does not run the plugin: no entry of matchImages matches the mirror's images.",
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
    "Images of a mirror get the credentials of the registry that it is mapped to. The plugin refuses every image of a mirror that is mapped to a host of another cloud.",
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

export const HOST_LINTS: readonly Lint[] = [
  wrongPlugin,
  tooWide,
  foreignRegistry,
  unknownRegistry,
  shortName,
  unmatchedMirror,
  mirrorTarget,
];
