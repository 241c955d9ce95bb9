export type FileKind = "file" | "directory" | "symlink" | "fifo" | "socket" | "device";

export interface FileStatus {
  readonly kind: FileKind;
  /** Permission bits with set-id and sticky bits, `0o7777` at most. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes; 0 for the files of /proc, whatever they hold. */
  readonly size: number;
  /** When its content last changed, in milliseconds since the epoch. */
  readonly modifiedMs: number;
}

/**
 * Files as this package reads them. Everything throws an Error that has the system's `code` (`ENOENT`, `EACCES`,
 * `ELOOP`, ...), except that {@link Files.status} says undefined for `ENOENT` and `ENOTDIR`.
 */
export interface Files {
  /** undefined where there is nothing at that path. A link's target, unless told not to follow. */
  status(path: string, links?: "follow" | "do-not-follow"): FileStatus | undefined;
  /** The first `maxBytes` of a file. */
  read(path: string, maxBytes: number): Uint8Array;
  /** Names in a directory. */
  list(path: string): readonly string[];
  /** What a symbolic link says, unresolved (readlink(2)). */
  readLink(path: string): string;
}

/** Files that can be written, with what makes a write last. */
export interface WritableFiles extends Files {
  /** Makes a new file, which must not exist (no link is followed), and returns when its content is on the disk. */
  create(path: string, data: Uint8Array, mode: number): void;
  rename(from: string, to: string): void;
  /** A file or a link. */
  remove(path: string): void;
  /** A directory with nothing in it. */
  removeDirectory(path: string): void;
  /** One directory; its parent must exist. */
  makeDirectory(path: string, mode: number): void;
  changeOwner(path: string, uid: number, gid: number): void;
  changeMode(path: string, mode: number): void;
  /** Returns when renames in that directory are on the disk. */
  syncDirectory(path: string): void;
}
