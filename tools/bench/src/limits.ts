import type { PluginName } from "./scenarios.ts";

/** Maximum cost of the static executable, as a share of the vendor's plugin in the same run. */
export interface Limits {
  readonly wall: number;
  readonly cpu: number;
  readonly peak: number;
  /** Wall time with 20 ms on every request. */
  readonly wallAt20Ms: number;
}

export const LIMITS: Readonly<Record<PluginName, Limits>> = {
  ecr: { wall: 0.6, cpu: 0.6, peak: 0.85, wallAt20Ms: 0.85 },
  acr: { wall: 0.6, cpu: 0.6, peak: 0.7, wallAt20Ms: 0.6 },
  gcr: { wall: 0.8, cpu: 0.8, peak: 1.1, wallAt20Ms: 0.6 },
};

/** Maximum cost of a build, as a share of an earlier build in the same run. */
export const MAX_GROWTH = 1.03;

export const MAX_BYTES = 11_000_000;
