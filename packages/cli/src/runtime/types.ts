import type { WritableFiles } from "@imagecred/node";
import type { Clock, Crypto, RunProgram, Stdio, Transport } from "@imagecred/protocol";

/** The file system as an operator's tool needs it: with owners and modes, and with writes that are synced to disk. */
export interface FileSystem extends WritableFiles {
  /** Names in a directory, sorted by code unit. */
  list(path: string): readonly string[];
  /** Absolute path without links. */
  realPath(path: string): string;
}

export interface Terminal {
  /** Columns of the terminal; undefined if the stream is not a terminal. */
  columns(stream: "stdout" | "stderr"): number | undefined;
}

/** A Kubernetes node is `linux` or `windows`; a laptop can be any of these. */
export type OperatingSystem = "linux" | "macos" | "windows" | "other";

/** Data of this process besides its streams and the file system. */
export interface ProcessInfo {
  /** Effective user, 0 for root. */
  readonly userId: number;
  readonly workingDirectory: string;
  /** Path of the running executable. */
  readonly executable: string;
  /** File name under which the program was started, without `.exe`: `imagecred`, `kubectl-imagecred`. */
  readonly invokedAs: string;
  /** Operating system of this machine. */
  readonly operatingSystem: OperatingSystem;
  /** The JavaScript runtime, for `--version`: `static`, `Node.js 22.15.0`. */
  readonly runtime: string;
}

/** Everything outside that a command uses; `main.ts` passes the real implementations, tests pass what they need. */
export interface Platform {
  readonly stdio: Stdio;
  readonly fileSystem: FileSystem;
  readonly terminal: Terminal;
  readonly processInfo: ProcessInfo;
  readonly runProgram: RunProgram;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly crypto: Crypto;
}
