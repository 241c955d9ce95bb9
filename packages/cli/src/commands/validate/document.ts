import type { Severity } from "../../lint/types.ts";

/** A replacement of a part of a file. Lines and columns count from 1, columns in characters; the end is exclusive. */
export interface Edit {
  readonly file: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly text: string;
}

/** An error, a warning or a note about the configuration. */
export interface Finding {
  readonly severity: Severity;
  /** Code of a lint, or of one of the kubelet's own checks. */
  readonly code: string;
  /** `node`: a problem of the kubelet that runs here, not of the file. */
  readonly source: "kubelet" | "lint" | "node";
  readonly message: string;
  /** null for the kubelet's own checks, whose message is enough. */
  readonly explanation: string | null;
  /** The advice, as text. */
  readonly fix: string;
  /** The fix for a program: all of these edits together. Empty if a person has to decide. */
  readonly edits: readonly Edit[];
  /** Whether the edits are only the likeliest of several fixes: an editor can offer them, `--fix` does not apply them. */
  readonly suggestion: boolean;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** The text of the line; null if it must not be shown. */
  readonly excerpt: string | null;
}

/** The findings for one configuration. */
export interface CheckedConfig {
  /** A file or a directory. */
  readonly config: string;
  readonly configSource: string;
  /** Its kind: a configuration of the kubelet, or an `--identities` file by itself. */
  readonly contains: "CredentialProviderConfig" | "ImageIdentities";
  readonly binDir: string | null;
  readonly files: readonly string[];
  /** The `--identities` files that were read and checked with it. */
  readonly identityMaps: readonly string[];
  readonly hash: string | null;
  /** The version that it is checked for. */
  readonly kubernetesVersion: string;
  /** The source of that version. */
  readonly kubernetesVersionSource: string;
  /** Whether the kubelet would start with it, or the plugins accept it; null if this user cannot read it. */
  readonly accepted: boolean | null;
  /** The error with which the kubelet would exit; null also if its text is not known. */
  readonly kubeletError: string | null;
  readonly providers: readonly string[];
  readonly findings: readonly Finding[];
  /** How many findings comments in the files ignore. */
  readonly ignored: number;
}

/** A file that `--fix` changed. */
export interface FixedFile {
  readonly file: string;
  /** How many findings were fixed in it. */
  readonly fixes: number;
  /** Path of the copy of the file before the fixes. */
  readonly backup: string;
}

export interface ValidateDocument {
  readonly kind: "Validation";
  /** failed: there are findings of the severity that `--fail-on` names, or worse. */
  readonly status: "ok" | "failed";
  readonly configs: readonly CheckedConfig[];
  readonly fixed: readonly FixedFile[];
}

/** The output of `--explain` for one code. */
export interface CheckDocument {
  readonly kind: "Check";
  readonly code: string;
  readonly source: "kubelet" | "lint";
  readonly severity: Severity;
  readonly explanation: string;
}
