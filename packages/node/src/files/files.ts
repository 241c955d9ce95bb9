export type FileKind = "file" | "directory" | "symlink" | "fifo" | "socket" | "device";

export interface FileStatus {
  readonly kind: FileKind;
  /** Permission bits with set-id and sticky bits, `0o7777` at most. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes; always 0 for files in /proc. */
  readonly size: number;
  /** When its content last changed, in milliseconds since the epoch. */
  readonly modifiedMs: number;
}

/**
 * The file system as this package reads it. All functions throw an Error with the system's `code` (`ENOENT`, `EACCES`,
 * `ELOOP`, ...), except that {@link Files.status} returns undefined for `ENOENT` and `ENOTDIR`.
 */
export interface Files {
  /** undefined if nothing exists at the path. Follows a link unless `do-not-follow` is given. */
  status(path: string, links?: "follow" | "do-not-follow"): FileStatus | undefined;
  /** The first `maxBytes` of a file. */
  read(path: string, maxBytes: number): Uint8Array;
  /** Names in a directory. */
  list(path: string): readonly string[];
  /** The target of a symbolic link, unresolved (readlink(2)). */
  readLink(path: string): string;
}

/** A writable file system, with the functions that sync writes to disk. */
export interface WritableFiles extends Files {
  /** Creates a file, which must not exist (links are not followed), and returns when its content is on disk. */
  create(path: string, data: Uint8Array, mode: number): void;
  rename(from: string, to: string): void;
  /** Removes a file or a link. */
  remove(path: string): void;
  /** Removes an empty directory. */
  removeDirectory(path: string): void;
  /** Creates one directory; its parent must exist. */
  makeDirectory(path: string, mode: number): void;
  changeOwner(path: string, uid: number, gid: number): void;
  changeMode(path: string, mode: number): void;
  /** Returns when renames in that directory are on disk. */
  syncDirectory(path: string): void;
}
