/** Reproducible random values: the same seed gives the same values on every machine. */
export interface Random {
  /** 0 <= value < 1 */
  (): number;
  /** A whole number, 0 <= value < limit. */
  below(limit: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(from: readonly [T, ...T[]] | readonly T[]): T;
}

/** Mulberry32 (Tommy Ettinger, public domain) over a hash of the seed's text. */
export function randomFrom(seed: string): Random {
  // FNV-1a.
  let state = 0x811c9dc5;
  for (const character of seed) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return Object.assign(next, {
    below,
    chance: (probability: number) => next() < probability,
    pick: <T>(from: readonly T[]) => {
      const picked = from[below(from.length)];
      if (picked === undefined && from.length === 0) throw new RangeError("nothing to pick from");
      return picked as T;
    },
  });
}
