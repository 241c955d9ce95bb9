import type { Severity } from "../../lint/types.ts";

/** A replacement of a part of a file; lines and columns count from 1, columns in characters, the end is exclusive. */
export interface Edit {
  readonly file: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly text: string;
}

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
  /** What to do, for a person. */
  readonly fix: string;
  /** The fix for a program: all of these edits together. Empty where a person has to decide. */
  readonly edits: readonly Edit[];
  /** True where the edits are the likeliest of several: for an editor to offer, not for `--fix`. */
  readonly suggestion: boolean;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** The line itself, for a person; null where it must not be shown. */
  readonly excerpt: string | null;
}

/** What was found about one configuration. */
export interface CheckedConfig {
  /** A file or a directory. */
  readonly config: string;
  readonly configSource: string;
  /** What it is: a configuration of the kubelet's, or a file of `--identities` by itself. */
  readonly contains: "CredentialProviderConfig" | "ImageIdentities";
  readonly binDir: string | null;
  readonly files: readonly string[];
  /** The files of `--identities` that were read and checked with it. */
  readonly identityMaps: readonly string[];
  readonly hash: string | null;
  /** The version that it is judged by. */
  readonly kubernetesVersion: string;
  /** Why this one. */
  readonly kubernetesVersionSource: string;
  /** Whether the kubelet would start with it, or the plugins use it; null where this user cannot read it. */
  readonly accepted: boolean | null;
  /** The one line that it would stop with; null also where its words are not known. */
  readonly kubeletError: string | null;
  readonly providers: readonly string[];
  readonly findings: readonly Finding[];
  /** How many findings comments in the files left out. */
  readonly ignored: number;
}

/** A file that `--fix` changed. */
export interface FixedFile {
  readonly file: string;
  /** How many findings were fixed in it. */
  readonly fixes: number;
  /** Where the file as it was is kept. */
  readonly backup: string;
}

export interface ValidateDocument {
  readonly kind: "Validation";
  /** failed: there are findings that `--fail-on` names. */
  readonly status: "ok" | "failed";
  readonly configs: readonly CheckedConfig[];
  readonly fixed: readonly FixedFile[];
}

/** `--explain`: one code. */
export interface CheckDocument {
  readonly kind: "Check";
  readonly code: string;
  readonly source: "kubelet" | "lint";
  readonly severity: Severity;
  readonly explanation: string;
}
