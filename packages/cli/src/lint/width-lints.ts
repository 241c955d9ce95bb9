import { HostIndex, hostCovers, hostsIntersect, isSimple } from "./glob-set.ts";
import { knownPlugin, optedIn } from "./known-plugins.ts";
import { type Pattern, patternsOf, shown } from "./patterns.ts";
import type { Hit, Lint, LintContext } from "./types.ts";

/** Patterns that say a host, parsed and simple enough to be compared. */
function comparable(context: LintContext): readonly Pattern[] {
  return patternsOf(context).filter(
    ({ text, side, notes }) =>
      side !== undefined && isSimple(text) && !notes.has("scheme") && side.labels.join("") !== "",
  );
}

function hostOf(pattern: Pattern): string {
  const { labels = [], port = "" } = pattern.side ?? {};
  return labels.join(".") + (port === "" ? "" : `:${port}`);
}

const tooWide: Lint = {
  code: "too-wide",
  severity: "warning",
  explanation:
    "Every pull of a matching image runs the plugin first, up to a minute, and the plugin has nothing to give for other registries: it fails, and each such pull is slower and logs an error.",
  check: (context) =>
    comparable(context).flatMap((pattern): readonly Hit[] => {
      const labels = pattern.side?.labels ?? [];
      const plugin = knownPlugin(pattern.provider.name);
      if (plugin === undefined) {
        if (labels.some((label) => label !== "*")) return [];
        return [
          {
            at: pattern.at,
            message: `${shown(pattern.text)} matches every host of ${labels.length === 1 ? "one label" : `${labels.length} labels`}`,
            fix: "write the registry's domain",
          },
        ];
      }
      if (optedIn(pattern.provider).has(hostOf(pattern))) return [];
      const hosts = plugin.hosts.map((host) => host.split("."));
      const reaches = hosts.filter((host) => hostsIntersect(labels, host));
      if (reaches.length === 0 || hosts.some((host) => hostCovers(host, labels))) return [];
      const narrower = reaches.map((host) => shown(host.join("."))).join(", ");
      return [
        {
          at: pattern.at,
          message: `${shown(pattern.text)} matches more than ${plugin.service}`,
          fix: `write ${narrower}`,
        },
      ];
    }),
};

const foreignRegistry: Lint = {
  code: "foreign-registry",
  severity: "warning",
  explanation:
    "The plugin refuses hosts that are not its cloud's, before anything is sent, unless they are opted in as mirrors; so this entry only makes pulls slower and logs errors.",
  check: (context) =>
    comparable(context).flatMap((pattern): readonly Hit[] => {
      const labels = pattern.side?.labels ?? [];
      const plugin = knownPlugin(pattern.provider.name);
      if (plugin === undefined || optedIn(pattern.provider).has(hostOf(pattern))) return [];
      if (plugin.hosts.some((host) => hostsIntersect(labels, host.split(".")))) return [];
      return [
        {
          at: pattern.at,
          message: `${shown(pattern.text)} is no host of ${plugin.service}`,
          fix: `remove it${optInFor(hostOf(pattern))}`,
        },
      ];
    }),
};

/** A mirror is opted in by its name; a pattern has none. */
function optInFor(host: string): string {
  if (/[*?[\]]/.test(host)) return ", and opt mirrors in one by one: --registry=HOST=THE_REGISTRY_BEHIND_IT";
  return `, or opt it in: args: ["--registry=${host}=THE_REGISTRY_BEHIND_IT"]`;
}

/** The patterns of each provider by their hosts: a file may list thousands, and comparing every two would take minutes. */
function byHost(patterns: readonly Pattern[]): ReadonlyMap<number, HostIndex<Pattern>> {
  const indexes = new Map<number, HostIndex<Pattern>>();
  for (const pattern of patterns) {
    const index = indexes.get(pattern.providerIndex) ?? new HostIndex();
    indexes.set(pattern.providerIndex, index);
    index.add(pattern.side?.labels ?? [], pattern);
  }
  return indexes;
}

function patternCovers(wide: Pattern, narrow: Pattern): boolean {
  if (wide.side === undefined || narrow.side === undefined || wide.side.port !== narrow.side.port)
    return false;
  return narrow.side.path.startsWith(wide.side.path) && hostCovers(wide.side.labels, narrow.side.labels);
}

const shadowed: Lint = {
  code: "shadowed-pattern",
  severity: "warning",
  explanation:
    "Whatever this entry matches, another entry of the same provider matches already. It changes nothing, and hides what somebody meant: often one of the two has a slip.",
  check: (context) => {
    const patterns = comparable(context);
    const places = new Map(patterns.map((pattern, index) => [pattern, index]));
    const placeOf = (pattern: Pattern) => places.get(pattern) ?? -1;
    const indexes = byHost(patterns);
    return patterns.flatMap((pattern): readonly Hit[] => {
      const wider = indexes
        .get(pattern.providerIndex)
        ?.covering(pattern.side?.labels ?? [])
        .filter(
          (other) =>
            other !== pattern &&
            patternCovers(other, pattern) &&
            // Of two that are equal, the later one is too much.
            (placeOf(other) < placeOf(pattern) || !patternCovers(pattern, other)),
        )
        .reduce<Pattern | undefined>(
          (first, other) => (first === undefined || placeOf(other) < placeOf(first) ? other : first),
          undefined,
        );
      if (wider === undefined) return [];
      return [
        {
          at: pattern.at,
          message: `${shown(pattern.text)} is covered by ${shown(wider.text)}`,
          fix: "remove one of the two",
        },
      ];
    });
  },
};

const overlapping: Lint = {
  code: "overlapping-providers",
  severity: "note",
  explanation:
    "For an image that several providers match all of them run, one after another, before the first attempt to pull; their credentials are then tried in turn.",
  check: (context) => {
    const patterns = comparable(context);
    const told = new Set<string>();
    const indexes = byHost(patterns);
    return patterns.flatMap((pattern): readonly Hit[] => {
      const overlaps = (other: Pattern) => {
        if (other.side?.port !== pattern.side?.port) return false;
        const [a, b] = [other.side?.path ?? "", pattern.side?.path ?? ""];
        return a.startsWith(b) || b.startsWith(a);
      };
      const [earlier] = [...indexes]
        .filter(([provider]) => provider < pattern.providerIndex)
        .flatMap(([, index]) => index.intersecting(pattern.side?.labels ?? []).find(overlaps) ?? []);
      if (earlier === undefined) return [];
      const pair = `${earlier.providerIndex} ${pattern.providerIndex}`;
      if (told.has(pair)) return [];
      told.add(pair);
      return [
        {
          at: pattern.at,
          message: `${shown(pattern.text)} and ${shown(earlier.text)} of ${shown(earlier.provider.name)} match the same images`,
          fix: "narrow one of the two, unless both are meant to run",
        },
      ];
    });
  },
};

export const WIDTH_LINTS: readonly Lint[] = [tooWide, foreignRegistry, shadowed, overlapping];
