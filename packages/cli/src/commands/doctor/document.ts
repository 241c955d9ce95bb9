import type { Step, StepStatus } from "./steps.ts";

export interface DoctorDocument {
  readonly kind: "Diagnosis";
  readonly image: string;
  readonly status: Exclude<StepStatus, "skipped">;
  /** Where it stops, or that it does not. */
  readonly summary: string;
  readonly steps: readonly Step[];
}
