import type { WritableFiles } from "@imagecred/node";
import type { Clock, Crypto, RunProgram, Stdio, Transport } from "@imagecred/protocol";

/** The disk, as an operator's tool needs it: who owns what, and writing that is on the disk when it says so. */
export interface FileSystem extends WritableFiles {
  /** Names in a directory, sorted by code unit. */
  list(path: string): readonly string[];
  /** Absolute path without links. */
  realPath(path: string): string;
}

export interface Terminal {
  /** Columns of the terminal behind the stream, undefined where it is none. */
  columns(stream: "stdout" | "stderr"): number | undefined;
}

/** A Kubernetes node is `linux` or `windows`; a laptop may be anything. */
export type OperatingSystem = "linux" | "macos" | "windows" | "other";

/** What is left of a process that neither the protocol's edges nor the disk cover. */
export interface ProcessInfo {
  /** Effective user, 0 for root. */
  readonly userId: number;
  readonly workingDirectory: string;
  /** Path of the running executable. */
  readonly executable: string;
  /** File name under which the program was started, without `.exe`: `imagecred`, `kubectl-imagecred`. */
  readonly invokedAs: string;
  /** Of the machine that it runs on. */
  readonly operatingSystem: OperatingSystem;
  /** What it runs on, for `--version`: `static`, `Node.js 22.15.0`. */
  readonly runtime: string;
}

/** Everything outside that a command may touch; `main.ts` hands in the real things, tests hand in what they need. */
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
