import type { Cost } from "./measure.ts";
import type { MedianCost } from "./results.ts";
import { median, quantile } from "./statistics.ts";

/** @throws {RangeError} without runs */
export function medianCost(costs: readonly Cost[]): MedianCost {
  const wall = costs.map(({ wallUs }) => wallUs / 1000);
  return {
    wallMs: median(wall),
    wallP90Ms: quantile(wall, 0.9),
    cpuMs: median(costs.map(({ cpuUs }) => cpuUs / 1000)),
    peakMib: median(costs.map(({ peakKib }) => peakKib / 1024)),
  };
}
