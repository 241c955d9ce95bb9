/** Green, yellow, red, and a light that is off. */
export type Light = "good" | "warning" | "bad" | "skipped";

export interface Detail {
  readonly light: Light;
  readonly says: string;
  /** Milliseconds, where it took time. */
  readonly ms: number | null;
}

export interface Step {
  /** configuration, match, executable, plugin, ... */
  readonly name: string;
  readonly light: Light;
  readonly says: string;
  readonly ms: number | null;
  readonly details: readonly Detail[];
  /** What to do; null where all is well. */
  readonly fix: string | null;
}

export interface StepParts {
  readonly light?: Light;
  readonly says: string;
  readonly ms?: number;
  readonly details?: readonly Detail[];
  readonly fix?: string;
}

export function step(name: string, parts: StepParts): Step {
  const { light = "good", says, ms, details = [], fix } = parts;
  return { name, light, says, ms: ms === undefined ? null : Math.round(ms), details, fix: fix ?? null };
}

export function detail(says: string, light: Light = "good", ms?: number): Detail {
  return { light, says, ms: ms === undefined ? null : Math.round(ms) };
}
