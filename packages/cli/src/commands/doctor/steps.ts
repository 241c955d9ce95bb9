/** Green, yellow, red, and a status that is off. */
export type StepStatus = "ok" | "warning" | "failed" | "skipped";

export interface Detail {
  readonly status: StepStatus;
  readonly message: string;
  /** Milliseconds, where it took time. */
  readonly ms: number | null;
}

export interface Step {
  /** configuration, match, executable, plugin, ... */
  readonly name: string;
  readonly status: StepStatus;
  /** What was done; in a step that failed, what was tried. */
  readonly message: string;
  /** What came back where it failed; null where the message says all. */
  readonly reason: string | null;
  readonly ms: number | null;
  readonly details: readonly Detail[];
  /** What to do; null where all is well. */
  readonly fix: string | null;
}

export interface StepParts {
  readonly status?: StepStatus;
  readonly message: string;
  readonly reason?: string;
  readonly ms?: number;
  readonly details?: readonly Detail[];
  readonly fix?: string;
}

export function step(name: string, parts: StepParts): Step {
  const { status = "ok", message, reason = null, ms, details = [], fix = null } = parts;
  return { name, status, message, reason, ms: ms === undefined ? null : Math.round(ms), details, fix };
}

export function detail(message: string, status: StepStatus = "ok", ms?: number): Detail {
  return { status, message, ms: ms === undefined ? null : Math.round(ms) };
}
