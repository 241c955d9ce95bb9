import type { FileStatus, Files, WritableFiles } from "./files.ts";
import { baseName, joinPath, parentOf } from "./paths.ts";
import { SystemError } from "./system-error.ts";

export interface AtomicWrite {
  readonly path: string;
  readonly data: Uint8Array;
  /** Permission bits of a new file, and the maximum for a replaced one. */
  readonly mode: number;
  /** Permission bits that the file must have in any case: `0o500` for a file that root runs. Default: 0. */
  readonly needs?: number;
  /** Owner of the file. Default: the existing file's owner, or root for a new file. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Returns the backup's path for the file's path and a counter from 1; without it there is no backup. */
  readonly backupName?: (path: string, attempt: number) => string;
  /** A unique part for the temporary file's name, which no other writer uses at the same time. */
  readonly unique: string;
}

export interface Written {
  readonly state: "created" | "replaced" | "unchanged";
  readonly backup: string | undefined;
}

const ROOT = 0;
const MOST_BACKUPS = 1000;

/**
 * Writes a file atomically: other processes see either the complete old file or the complete new one. The new file is written
 * to a temporary file next to it, synchronized, read back, then renamed. On return it is on the disk; on failure no temporary
 * file is left. Modes never widen: a file with mode 0600 keeps it. The backup is written the same way, with the old file's
 * owner and mode, before the rename. Does not write through a symbolic link: give the path that it leads to.
 * @throws {Error} system error; code EINVAL if there is something other than a file at the path
 */
export function writeAtomically(files: WritableFiles, write: AtomicWrite): Written {
  const { path, data, unique } = write;
  const { state, before, mode, owner } = wouldWrite(files, write);
  if (state === "unchanged") return { state, backup: undefined };
  const backup =
    before === undefined || write.backupName === undefined
      ? undefined
      : keep(files, {
          path,
          data: files.read(path, before.size + 1),
          mode: before.mode,
          owner: before,
          name: write.backupName,
          unique,
        });
  put(files, path, { data, mode, owner, unique });
  return { state, backup };
}

/** The effect of a write, and the resulting mode and owner. */
export interface WouldWrite {
  readonly state: Written["state"];
  /** The existing file; undefined for a new one. */
  readonly before: FileStatus | undefined;
  readonly mode: number;
  readonly owner: { readonly uid: number; readonly gid: number };
}

/**
 * The effect that {@link writeAtomically} would have; writes nothing.
 * @throws {Error} of the system; with code EINVAL if there is something other than a file
 */
export function wouldWrite(
  files: Files,
  write: Pick<AtomicWrite, "path" | "data" | "mode" | "needs" | "owner">,
): WouldWrite {
  const { path, data } = write;
  const before = files.status(path, "do-not-follow");
  const { mode, owner } = outcome(before, write);
  if (before === undefined) return { state: "created", before, mode, owner };
  if (before.kind !== "file") throw new SystemError("EINVAL", `${path} (${before.kind})`);
  const same = before.mode === mode && before.uid === owner.uid && before.gid === owner.gid;
  const unchanged = same && equal(files.read(path, data.length + 1), data);
  return { state: unchanged ? "unchanged" : "replaced", before, mode, owner };
}

/** The resulting mode and owner. */
function outcome(
  before: FileStatus | undefined,
  { mode, needs = 0, owner }: Pick<AtomicWrite, "mode" | "needs" | "owner">,
): { readonly mode: number; readonly owner: { readonly uid: number; readonly gid: number } } {
  return {
    mode: before === undefined ? mode : (before.mode & mode) | needs,
    owner: owner ?? before ?? { uid: ROOT, gid: ROOT },
  };
}

interface Content {
  readonly data: Uint8Array;
  readonly mode: number;
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly unique: string;
}

function put(files: WritableFiles, path: string, { data, mode, owner, unique }: Content): void {
  const directory = parentOf(path);
  const temporary = joinPath(directory, `.${baseName(path)}.${unique}.tmp`);
  let made = false;
  try {
    // Readable only by its owner until the owner is set.
    files.create(temporary, data, 0o600);
    made = true;
    files.changeOwner(temporary, owner.uid, owner.gid);
    files.changeMode(temporary, mode);
    if (!equal(files.read(temporary, data.length + 1), data)) throw new SystemError("EIO", path);
    files.rename(temporary, path);
    made = false;
    files.syncDirectory(directory);
  } catch (error) {
    if (made || isLeftOver(files, temporary, error)) files.remove(temporary);
    throw error;
  }
}

/** Whether the temporary file is from this write, which failed halfway (a full disk), and not an older one. */
function isLeftOver(files: WritableFiles, temporary: string, error: unknown): boolean {
  const existed = error instanceof Error && "code" in error && error.code === "EEXIST";
  return !existed && files.status(temporary, "do-not-follow") !== undefined;
}

function keep(
  files: WritableFiles,
  content: Content & { readonly path: string; readonly name: NonNullable<AtomicWrite["backupName"]> },
): string {
  for (let attempt = 1; attempt <= MOST_BACKUPS; attempt++) {
    const backup = content.name(content.path, attempt);
    if (files.status(backup, "do-not-follow") !== undefined) continue;
    put(files, backup, content);
    return backup;
  }
  throw new SystemError("EEXIST", content.path);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
