import type { Clock, Crypto, RunProgram, Stdio, Transport } from "@imagecred/protocol";

export type FileKind = "file" | "directory" | "symlink" | "fifo" | "socket" | "device";

export interface FileStatus {
  readonly kind: FileKind;
  /** Permission bits with set-id and sticky bits, `0o7777` at most. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number;
  /** When its content last changed, in milliseconds since the epoch. */
  readonly modifiedMs: number;
}

/**
 * The disk, as an operator's tool needs it: who owns what, and writing that is on the disk when it says so. Everything
 * throws an Error that has the system's `code` (`ENOENT`, `EACCES`, ...).
 */
export interface FileSystem {
  /** undefined where there is nothing at that path. A link's target, unless told not to follow. */
  status(path: string, links?: "follow" | "do-not-follow"): FileStatus | undefined;
  /** The first `maxBytes` of a file. */
  read(path: string, maxBytes: number): Uint8Array;
  /** Names in a directory, sorted by code unit. */
  list(path: string): readonly string[];
  /** Makes a new file, which must not exist, and returns when its content is on the disk. */
  create(path: string, data: Uint8Array, mode: number): void;
  rename(from: string, to: string): void;
  /** A file or a link. */
  remove(path: string): void;
  /** One directory; its parent must exist. */
  makeDirectory(path: string, mode: number): void;
  changeOwner(path: string, uid: number, gid: number): void;
  changeMode(path: string, mode: number): void;
  /** Returns when renames in that directory are on the disk. */
  syncDirectory(path: string): void;
  /** Absolute path without links. */
  realPath(path: string): string;
  /** What a symbolic link says, unresolved. */
  readLink(path: string): string;
}

export interface Terminal {
  /** Columns of the terminal behind the stream, undefined where it is none. */
  columns(stream: "stdout" | "stderr"): number | undefined;
}

/** What is left of a process that neither the protocol's edges nor the disk cover. */
export interface ProcessInfo {
  /** Effective user, 0 for root. */
  readonly userId: number;
  readonly workingDirectory: string;
  /** Path of the running executable. */
  readonly executable: string;
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
