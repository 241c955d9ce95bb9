import { LINTS } from "../../lint/index.ts";
import type { Severity } from "../../lint/types.ts";
import { KUBELET_CHECKS } from "./kubelet-checks.ts";

/** A code of findings. */
export interface Rule {
  readonly code: string;
  readonly severity: Severity;
  readonly explanation: string;
}

/** All codes: the kubelet's own checks, then the lints. */
export const RULES: readonly Rule[] = [
  ...Object.entries(KUBELET_CHECKS).map(
    ([code, explanation]): Rule => ({ code, severity: "error", explanation }),
  ),
  ...LINTS.map(({ code, severity, explanation }): Rule => ({ code, severity, explanation })),
];
