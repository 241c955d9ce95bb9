import { matchImage } from "@imagecred/kubelet";
import { hostCovers, hostsIntersect } from "./glob-set.ts";
import type { HostPattern, Pattern } from "./pattern.ts";

/**
 * Answers questions about pairs of patterns without comparing every pair. What one pattern covers begins and ends, label
 * by label, with the letters before and behind its first and last wildcard, and its path begins with the other's path: so
 * each question is asked of the few patterns that have the rarest of these affixes.
 */
export interface PatternIndex {
  /** Another pattern of the same provider that matches everything that this one matches; of two equal ones, the first. */
  coverOf(pattern: HostPattern): HostPattern | undefined;
  /** Patterns of earlier providers that match some image that this one matches too, one for each provider. */
  earlierOverlaps(pattern: HostPattern): readonly HostPattern[];
  /** Whether a new text would be covered by another pattern in the list of a pattern, that pattern itself aside. */
  isCovered(text: string, besides: Pattern): boolean;
}

/** The letters before the first wildcard of a label. */
function prefixOf(label: string): string {
  return /^[^*?]*/.exec(label)?.[0] ?? "";
}

/** The letters behind the last wildcard, from the last to the first. */
function reversedSuffixOf(label: string): string {
  return [...(/[^*?]*$/.exec(label)?.[0] ?? "")].reverse().join("");
}

type Side = HostPattern["side"];

/** One way to look patterns up: by an affix of one label, or by the path. */
class Dimension {
  readonly #affixOf: (side: Side) => string;
  /** Sorted by affix, so that all that begin alike stand together. */
  readonly #sorted: readonly { readonly affix: string; readonly pattern: HostPattern }[];
  readonly #exact = new Map<string, HostPattern[]>();

  constructor(patterns: readonly HostPattern[], affixOf: (side: Side) => string) {
    this.#affixOf = affixOf;
    this.#sorted = patterns
      .map((pattern) => ({ affix: affixOf(pattern.side), pattern }))
      .sort((a, b) => (a.affix < b.affix ? -1 : a.affix > b.affix ? 1 : 0));
    for (const { affix, pattern } of this.#sorted) {
      const same = this.#exact.get(affix);
      if (same === undefined) this.#exact.set(affix, [pattern]);
      else same.push(pattern);
    }
  }

  /** Patterns whose affix begins this one's: those that may cover it. */
  shorter(side: Side): readonly (readonly HostPattern[])[] {
    const affix = this.#affixOf(side);
    const found: (readonly HostPattern[])[] = [];
    for (let length = 0; length <= affix.length; length++) {
      const same = this.#exact.get(affix.slice(0, length));
      if (same !== undefined) found.push(same);
    }
    return found;
  }

  /** How many patterns' affixes begin with this one's, and the first of them: those that it may cover. */
  longer(side: Side): { readonly from: number; readonly to: number } {
    const affix = this.#affixOf(side);
    return { from: this.#search(affix), to: this.#search(`${affix}\uffff`) };
  }

  at(index: number): HostPattern | undefined {
    return this.#sorted[index]?.pattern;
  }

  #search(affix: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle]?.affix ?? "") < affix) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Fewer candidates than these are not worth a look at another dimension. */
const FEW = 4;

/** Patterns with one number of labels and one port: no others can have images in common. */
class Bucket {
  readonly #dimensions: readonly Dimension[];

  constructor(patterns: readonly HostPattern[], labels: number) {
    const perLabel = Array.from({ length: labels }, (_, index) => [
      new Dimension(patterns, ({ labels: own }) => prefixOf(own[index] ?? "")),
      new Dimension(patterns, ({ labels: own }) => reversedSuffixOf(own[index] ?? "")),
    ]);
    this.#dimensions = [new Dimension(patterns, ({ path }) => path), ...perLabel.flat()];
  }

  /** Few patterns, all that cover this one among them. */
  *mayCover(side: Side): Iterable<HostPattern> {
    let best: readonly (readonly HostPattern[])[] = [];
    let least = Number.POSITIVE_INFINITY;
    for (const dimension of this.#dimensions) {
      const groups = dimension.shorter(side);
      const size = groups.reduce((sum, group) => sum + group.length, 0);
      if (size < least) [best, least] = [groups, size];
      if (least <= FEW) break;
    }
    for (const group of best) yield* group;
  }

  /** Few patterns, all that have an image in common with this one among them. */
  *mayOverlap(side: Side): Iterable<HostPattern> {
    let best: Dimension | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const dimension of this.#dimensions) {
      const { from, to } = dimension.longer(side);
      const size = dimension.shorter(side).reduce((sum, group) => sum + group.length, to - from);
      if (size < least) [best, least] = [dimension, size];
      if (least <= FEW) break;
    }
    if (best === undefined) return;
    for (const group of best.shorter(side)) yield* group;
    const { from, to } = best.longer(side);
    for (let index = from; index < to; index++) {
      const pattern = best.at(index);
      if (pattern !== undefined) yield pattern;
    }
  }
}

const bucketKey = ({ labels, port }: Side) => `${labels.length} ${port}`;

/** Indexes patterns once; every question afterwards looks at a few of them. */
export function patternIndex(patterns: readonly HostPattern[]): PatternIndex {
  const order = new Map(patterns.map((pattern, index) => [pattern, index]));
  const all = bucketsOf(patterns, ({ side }) => bucketKey(side));
  const own = bucketsOf(patterns, ({ side, providerIndex }) => `${providerIndex} ${bucketKey(side)}`);
  const severalProviders = new Set(patterns.map(({ providerIndex }) => providerIndex)).size > 1;
  return {
    coverOf(pattern) {
      const key = `${pattern.providerIndex} ${bucketKey(pattern.side)}`;
      for (const other of own.get(key)?.mayCover(pattern.side) ?? []) {
        if (other === pattern || !patternCovers(other.side, pattern.side)) continue;
        const isFirst = (order.get(other) ?? 0) < (order.get(pattern) ?? 0);
        // Of two that are equal, the later one is too much.
        if (isFirst || !patternCovers(pattern.side, other.side)) return other;
      }
      return undefined;
    },
    earlierOverlaps(pattern) {
      if (!severalProviders) return [];
      const found = new Map<number, HostPattern>();
      for (const other of all.get(bucketKey(pattern.side))?.mayOverlap(pattern.side) ?? []) {
        if (other.providerIndex >= pattern.providerIndex || found.has(other.providerIndex)) continue;
        if (overlap(other.side, pattern.side)) found.set(other.providerIndex, other);
      }
      return [...found.values()];
    },
    isCovered(text, besides) {
      const { pattern: side } = matchImage(text, "registry.example/image");
      if (side === undefined) return false;
      for (const other of own.get(`${besides.providerIndex} ${bucketKey(side)}`)?.mayCover(side) ?? []) {
        if (other.at !== besides.at && patternCovers(other.side, side)) return true;
      }
      return false;
    },
  };
}

function bucketsOf(
  patterns: readonly HostPattern[],
  keyOf: (pattern: HostPattern) => string,
): { get(key: string): Bucket | undefined } {
  const groups = new Map<string, HostPattern[]>();
  for (const pattern of patterns) {
    const key = keyOf(pattern);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pattern]);
    else group.push(pattern);
  }
  const buckets = new Map<string, Bucket>();
  return {
    // A bucket is sorted when it is asked for the first time.
    get(key) {
      const group = groups.get(key);
      if (group === undefined) return undefined;
      const bucket = buckets.get(key) ?? new Bucket(group, group[0]?.side.labels.length ?? 0);
      buckets.set(key, bucket);
      return bucket;
    },
  };
}

/** Whether everything that `narrow` matches is matched by `wide`. Both are simple (see isSimple). */
export function patternCovers(wide: Side, narrow: Side): boolean {
  return (
    wide.port === narrow.port && narrow.path.startsWith(wide.path) && hostCovers(wide.labels, narrow.labels)
  );
}

function overlap(a: Side, b: Side): boolean {
  return (
    a.port === b.port &&
    (a.path.startsWith(b.path) || b.path.startsWith(a.path)) &&
    hostsIntersect(a.labels, b.labels)
  );
}
