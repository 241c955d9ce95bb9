import type { Environment } from "../environment.ts";

/** Streams, arguments, environment and exit of the process. Only implementations of this interface use them directly. */
export interface Stdio {
  /** Arguments after the program's name. */
  readonly args: readonly string[];
  readonly env: Environment;
  /** Reads stdin up to `maxBytes + 1` bytes, so that the caller can distinguish "exactly the limit" from "more". */
  readStdin(maxBytes: number): Promise<Uint8Array>;
  /** Writes all bytes and returns when the system has accepted them. @throws the system's error, such as EPIPE */
  writeStdout(text: string): void;
  /** Best effort: a closed stderr is not an error. */
  writeStderr(text: string): void;
  /** Ends the process at once, in spite of open connections and timers. */
  exit(code: number): never;
  /** Handles uncaught exceptions and unhandled rejections, which must never end with exit code 0. */
  onUncaught(handler: (error: unknown) => void): void;
}
