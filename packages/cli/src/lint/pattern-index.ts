import { matchImage } from "@imagecred/kubelet";
import { hostCovers, hostsIntersect } from "./glob-set.ts";
import type { HostPattern, Pattern } from "./pattern.ts";

/**
 * Finds related patterns without comparing every pair. A pattern that another one covers has, label by label, that one's
 * letters before its first and after its last wildcard, and its path begins with that one's path. So only the few patterns
 * with the rarest of these affixes are compared.
 */
export interface PatternIndex {
  /** Another pattern of the same provider that matches everything that this one matches; of two equal ones, the first. */
  coverOf(pattern: HostPattern): HostPattern | undefined;
  /** Patterns of earlier providers that match some image that this one matches too, one for each provider. */
  earlierOverlaps(pattern: HostPattern): readonly HostPattern[];
  /** Whether a pattern of the same list other than `besides` covers a new text. */
  isCovered(text: string, besides: Pattern): boolean;
}

/** The letters before the first wildcard of a label. */
function prefixOf(label: string): string {
  return /^[^*?]*/.exec(label)?.[0] ?? "";
}

/** The letters after the last wildcard, in reverse. */
function reversedSuffixOf(label: string): string {
  return [...(/[^*?]*$/.exec(label)?.[0] ?? "")].reverse().join("");
}

type Side = HostPattern["side"];

/** One way to look patterns up: by an affix of one label, or by the path. */
class Dimension {
  readonly #affixOf: (side: Side) => string;
  /** Sorted by affix, so that all with the same prefix are adjacent. */
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

  /** Patterns whose affix is a prefix of this one's: those that can cover it. */
  shorter(side: Side): readonly (readonly HostPattern[])[] {
    const affix = this.#affixOf(side);
    const found: (readonly HostPattern[])[] = [];
    for (let length = 0; length <= affix.length; length++) {
      const same = this.#exact.get(affix.slice(0, length));
      if (same !== undefined) found.push(same);
    }
    return found;
  }

  /** The range of patterns whose affix begins with this one's: those that it can cover. */
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

/** With this many candidates or fewer, no other dimension is tried. */
const FEW = 4;

/** Patterns with the same number of labels and the same port: only these can match the same images. */
class Bucket {
  readonly #dimensions: readonly Dimension[];

  constructor(patterns: readonly HostPattern[], labels: number) {
    const perLabel = Array.from({ length: labels }, (_, index) => [
      new Dimension(patterns, ({ labels: own }) => prefixOf(own[index] ?? "")),
      new Dimension(patterns, ({ labels: own }) => reversedSuffixOf(own[index] ?? "")),
    ]);
    this.#dimensions = [new Dimension(patterns, ({ path }) => path), ...perLabel.flat()];
  }

  /** A few patterns that include all that cover this one. */
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

  /** A few patterns that include all that match some image that this one matches. */
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

/** Indexes patterns; every lookup then compares only a few of them. */
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
        // Of two equal patterns, the later one is reported.
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
    // A bucket is sorted when it is first used.
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
