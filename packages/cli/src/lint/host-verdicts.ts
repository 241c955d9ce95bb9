import { isRegistry, KNOWN_PLUGINS, type KnownPlugin } from "../plugins/known-plugins.ts";
import { OTHER_REGISTRIES } from "../registry/identify.ts";
import { covers, hostCovers, hostsIntersect, intersects } from "./glob-set.ts";
import type { HostPattern } from "./pattern.ts";
import { hostPatternsOf } from "./patterns.ts";
import { type PluginUse, pluginUses } from "./plugin-uses.ts";
import type { Hit, LintContext } from "./types.ts";

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
export function judgedUses(context: LintContext): readonly JudgedUse[] {
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

export function eachPattern(
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
