/** `metadata` is plain HTTP on the node's own link; `cloud` is TLS to a public API. */
export type CallKind = "metadata" | "cloud";

/** The required outcome when one of a plugin's calls has a fault. */
export interface Expectation {
  readonly exitCode: 0 | 1;
  /** Exact number of requests of that call. */
  readonly requests: number;
  /** Minimum number of connections to its service; for faults before a request. */
  readonly connections?: number;
  /** Its line on stderr, when it fails. */
  readonly stderr?: RegExp;
  /** Minimum duration in milliseconds, if the service told it to wait. */
  readonly atLeastMs?: number;
  /** Maximum duration in milliseconds: long enough for a busy machine, far below the plugin's time limit. */
  readonly atMostMs?: number;
  /** IMAGECRED_TIMEOUT. Default 8s, enough for every retry. */
  readonly timeout?: string;
}
