import { isRegistry, KNOWN_PLUGINS, type KnownPlugin } from "../plugins/known-plugins.ts";
import { OTHER_REGISTRIES } from "../registry/identify.ts";
import { covers, hostCovers, hostsIntersect, intersects } from "./glob-set.ts";
import type { HostPattern } from "./pattern.ts";
import { hostPatternsOf } from "./patterns.ts";
import { type PluginUse, pluginUses } from "./plugin-uses.ts";
import type { Hit, LintContext } from "./types.ts";

/** Whether a plugin accepts the images of a pattern. */
type Verdict =
  | { readonly kind: "ours" }
  /** The plugin accepts only some of its images. */
  | { readonly kind: "wide"; readonly narrower: readonly string[] }
  /** The plugin rejects all of its images. */
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

/** The verdict if a file on the node can allow more hosts; undefined for hosts of other known registries. */
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
  // A plugin that reads other registries' credentials from a file accepts all registries in that file.
  const acceptsAll = plugin.hostForms.beyond === decides || decides.includes(".dockercfg");
  return isOthers && !acceptsAll ? undefined : { kind: "unknown", decides };
}

/** The intersection of two patterns, label by label. */
function narrowed(pattern: readonly string[], form: readonly string[]): string {
  return form
    .map((label, index) => {
      const own = pattern[index] ?? "*";
      return covers(label, own) && intersects(label, own) ? own : label;
    })
    .join(".");
}

/** The plugin whose registries a pattern matches; undefined if none. */
function ownerOf({ side }: HostPattern): KnownPlugin | undefined {
  const host = side.labels.join(".");
  return KNOWN_PLUGINS.find(
    (plugin) =>
      plugin.hostForms.patterns.some((form) => hostCovers(form.split("."), side.labels)) ||
      (!host.includes("*") && isRegistry(plugin.parseHost(host))),
  );
}

interface PatternVerdict {
  readonly pattern: HostPattern;
  readonly use: PluginUse;
  readonly verdict: Verdict;
}

interface UseWithVerdicts {
  readonly use: PluginUse;
  readonly patterns: readonly PatternVerdict[];
  /** The plugin to which all patterns belong, if it is another one. */
  readonly meant: KnownPlugin | undefined;
}

const verdicts = new WeakMap<LintContext, readonly UseWithVerdicts[]>();

/** Every provider of our plugins, with that plugin's verdict on each pattern. Computed once for all lints. */
export function usesWithVerdicts(context: LintContext): readonly UseWithVerdicts[] {
  const known = verdicts.get(context);
  if (known !== undefined) return known;
  const uses = pluginUses(context);
  const byProvider = new Map<number, PatternVerdict[]>();
  for (const pattern of hostPatternsOf(context)) {
    const use = uses[pattern.providerIndex];
    if (use === undefined) continue;
    const list = byProvider.get(pattern.providerIndex) ?? [];
    list.push({ pattern, use, verdict: verdictOf(use, pattern) });
    byProvider.set(pattern.providerIndex, list);
  }
  const result = [...byProvider.values()].flatMap((patterns): readonly UseWithVerdicts[] => {
    const [first] = patterns;
    return first === undefined ? [] : [{ use: first.use, patterns, meant: meantPlugin(patterns) }];
  });
  verdicts.set(context, result);
  return result;
}

function meantPlugin(patterns: readonly PatternVerdict[]): KnownPlugin | undefined {
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

/** The hits of `look` for each pattern, except for providers that are meant for another plugin. */
export function eachPattern(
  context: LintContext,
  look: (verdict: PatternVerdict) => Omit<Hit, "at"> | undefined,
): readonly Hit[] {
  return usesWithVerdicts(context)
    .filter(({ meant }) => meant === undefined)
    .flatMap(({ patterns }) =>
      patterns.flatMap((one) => {
        const hit = look(one);
        return hit === undefined ? [] : [{ at: one.pattern.at, ...hit }];
      }),
    );
}
