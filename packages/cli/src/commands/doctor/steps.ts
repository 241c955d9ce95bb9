/** The status of a step or a detail. */
export type StepStatus = "ok" | "warning" | "failed" | "skipped";

export interface Detail {
  readonly status: StepStatus;
  readonly message: string;
  /** Milliseconds; null if not measured. */
  readonly ms: number | null;
}

export interface Step {
  /** configuration, match, executable, plugin, ... */
  readonly name: string;
  readonly status: StepStatus;
  /** The result; for a failed step the action. */
  readonly message: string;
  /** Why the action failed; null if the message has it. */
  readonly reason: string | null;
  readonly ms: number | null;
  readonly details: readonly Detail[];
  /** The advice; null if nothing is wrong. */
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
