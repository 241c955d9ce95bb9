/** 0 <= value < 1. One generator drives a whole simulation, so that the order of events decides every value. */
export type Random = () => number;

/** A uniformly distributed value between two others. */
export function between(from: number, to: number, random: Random): number {
  return from + random() * (to - from);
}

/** The time until the next event of a Poisson process: `mean` on average. */
export function exponential(mean: number, random: Random): number {
  return -Math.log(1 - random()) * mean;
}
