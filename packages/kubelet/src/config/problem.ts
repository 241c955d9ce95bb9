/** A position in a file; line and column count from 1, columns in characters. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The kind of a problem, for programs; `message` is for people. */
export type ProblemCode =
  /** The path or a file could not be read. */
  | "unreadable"
  | "no-files"
  | "json-syntax"
  | "yaml-syntax"
  /** YAML that has no meaning as JSON: a contradicted tag, a key that is not text, an infinite number. */
  | "yaml-value"
  | "missing-kind"
  | "missing-api-version"
  | "unknown-kind"
  | "wrong-kind"
  | "wrong-type"
  | "bad-duration"
  | "unknown-field"
  | "duplicate-key"
  | "duplicate-provider"
  /** The four kinds of apimachinery's field errors. */
  | "required"
  | "invalid"
  | "unsupported"
  | "duplicate"
  | "forbidden";

/** One reason why the kubelet would not start with this configuration. */
export interface ConfigProblem {
  readonly severity: "error";
  readonly code: ProblemCode;
  /** The kubelet's message for this problem. */
  readonly message: string;
  /** Undefined if no file is involved, such as for an empty directory. */
  readonly location: SourceLocation | undefined;
  /** Path in the configuration, such as `providers[0].matchImages[2]`; empty for problems of a whole file. */
  readonly path: string;
  /**
   * False if the kubelet also rejects the file but its message can differ: for a field of another kind, or a file that is
   * nested deeper than this package can read.
   */
  readonly kubeletText: boolean;
}
