import { seededRandom } from "@imagecred/workspace";

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

/** Random values from the seed's text, through FNV-1a and {@link seededRandom}. */
export function randomFrom(seed: string): Random {
  let hash = 0x811c9dc5;
  for (const character of seed) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  const next = seededRandom(hash);
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
