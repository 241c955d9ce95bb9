import type { Severity } from "../../lint/types.ts";

/** One thing to say about the configuration. */
export interface Finding {
  readonly severity: Severity;
  /** Of a lint, or of one of the kubelet's own checks. */
  readonly code: string;
  /** `node`: of the kubelet that runs here, and not of the file. */
  readonly source: "kubelet" | "lint" | "node";
  readonly message: string;
  /** Null for the kubelet's own checks, whose message says all. */
  readonly explanation: string | null;
  readonly fix: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** The line itself, for a person; null where it must not be shown. */
  readonly excerpt: string | null;
}

export interface ValidateDocument {
  readonly kind: "Validation";
  readonly config: string;
  readonly configSource: string;
  readonly kubernetesVersion: string;
  readonly binDir: string | null;
  readonly files: readonly string[];
  readonly hash: string | null;
  /** Whether the kubelet would start with it. */
  readonly accepted: boolean;
  /** The one line that it would stop with. */
  readonly kubeletError: string | null;
  readonly providers: readonly string[];
  readonly findings: readonly Finding[];
}
