/** Random numbers that are the same on every machine for the same seed. */
export type Random = () => number;

/**
 * Mulberry32 (Tommy Ettinger, public domain): 0 <= value < 1. One generator drives a whole simulation, so that the order of events decides
 * every value.
 * @param seed a whole number
 */
export function seeded(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A uniformly distributed value between two others. */
export function between(from: number, to: number, random: Random): number {
  return from + random() * (to - from);
}

/** The time until the next event of a Poisson process: `mean` on average. */
export function exponential(mean: number, random: Random): number {
  return -Math.log(1 - random()) * mean;
}
