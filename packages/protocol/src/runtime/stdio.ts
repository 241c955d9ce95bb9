import type { Environment } from "../environment.ts";

/** The process's edges: the only way in which anything in this repository touches stdin, stdout, argv and exit. */
export interface Stdio {
  /** Arguments after the program's own name. */
  readonly args: readonly string[];
  readonly env: Environment;
  /** Everything on stdin up to `maxBytes + 1` bytes, so that the caller can tell "exactly the limit" from "more". */
  readStdin(maxBytes: number): Promise<Uint8Array>;
  /** Writes all bytes and returns when the system has taken them. @throws on EPIPE and the like */
  writeStdout(text: string): void;
  /** Best effort: a closed stderr is not an error. */
  writeStderr(text: string): void;
  /** Ends the process at once, open connections and timers notwithstanding. */
  exit(code: number): never;
  /** Uncaught exceptions and unhandled rejections, which must never end as exit 0. */
  onUncaught(handler: (error: unknown) => void): void;
}
