import type { Step, StepStatus } from "./steps.ts";

export interface DoctorDocument {
  readonly kind: "Diagnosis";
  readonly image: string;
  readonly status: Exclude<StepStatus, "skipped">;
  /** One sentence: the step that fails, or that the pull works. */
  readonly summary: string;
  readonly steps: readonly Step[];
}
