import { quantile } from "@imagecred/bench";

/** Durations of many runs. */
export interface Spread {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** @param milliseconds in any order; at least one */
export function spread(milliseconds: readonly number[]): Spread {
  const [p50Ms, p99Ms, maxMs] = [0.5, 0.99, 1].map((q) => quantile(milliseconds, q)) as [
    number,
    number,
    number,
  ];
  return { p50Ms, p99Ms, maxMs };
}
