/** `metadata` is plain HTTP on the node's own link; `cloud` is TLS to a public API. */
export type CallKind = "metadata" | "cloud";

/** The outcome that a plugin must have when one of its calls has a fault. */
export interface Expectation {
  readonly exitCode: 0 | 1;
  /** Number of requests of that call, exactly. */
  readonly requests: number;
  /** Connections to its service, at least; for faults before a request. */
  readonly connections?: number;
  /** Its line on stderr, when it fails. */
  readonly stderr?: RegExp;
  /** Milliseconds that it must take at least, where the service asked it to wait. */
  readonly atLeastMs?: number;
  /** Milliseconds that it may take at most: enough for a busy machine, far below the limit that would end it otherwise. */
  readonly atMostMs?: number;
  /** IMAGECRED_TIMEOUT. Default 8s, enough for every retry. */
  readonly timeout?: string;
}
