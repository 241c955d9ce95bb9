import { isWindowsPath } from "./go/path.ts";

/** The kind of a file. */
export interface DiskEntry {
  readonly kind: "file" | "directory" | "symlink" | "fifo" | "socket" | "device";
  /** Permission bits, `0o7777` at most. */
  readonly mode: number;
}

/**
 * The file system as this package reads it. All functions throw an Error with the system's `code` (`ENOENT`, `EACCES`, ...),
 * except that {@link FileSystem.status} returns undefined for `ENOENT` and `ENOTDIR`.
 */
export interface FileSystem {
  /** The status of a path; follows symbolic links; undefined if nothing exists. */
  status(path: string, links?: "follow" | "do-not-follow"): DiskEntry | undefined;
  /** The first `maxBytes` of a file. */
  read(path: string, maxBytes: number): Uint8Array;
  /** Names in a directory. */
  list(path: string): readonly string[];
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EISDIR: "is a directory",
  ELOOP: "too many levels of symbolic links",
  ENAMETOOLONG: "file name too long",
  EINVAL: "invalid argument",
  EIO: "input/output error",
  ENOEXEC: "exec format error",
  ETXTBSY: "text file busy",
  E2BIG: "argument list too long",
  ENOMEM: "cannot allocate memory",
  EAGAIN: "resource temporarily unavailable",
  EMFILE: "too many open files",
  ENODEV: "no such device",
  ENXIO: "no such device or address",
};

/** The system's reason in Go's words (syscall.Errno on Linux). */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

/** Why a path does not exist: a part of it can be a file instead of a directory. */
export function reasonOfAbsence(fileSystem: FileSystem, path: string): string {
  const separator = isWindowsPath(path) ? "\\" : "/";
  for (let slash = path.lastIndexOf(separator); slash > 0; slash = path.lastIndexOf(separator, slash - 1)) {
    const parent = fileSystem.status(path.slice(0, slash));
    if (parent !== undefined) return REASONS[parent.kind === "directory" ? "ENOENT" : "ENOTDIR"] ?? "";
  }
  return REASONS["ENOENT"] ?? "";
}
