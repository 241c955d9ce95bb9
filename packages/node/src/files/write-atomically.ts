import type { FileStatus, Files, WritableFiles } from "./files.ts";
import { baseName, joinPath, parentOf } from "./paths.ts";
import { SystemError } from "./system-error.ts";

export interface AtomicWrite {
  readonly path: string;
  readonly data: Uint8Array;
  /** Permission bits of a new file, and the most that one that is replaced ends with. */
  readonly mode: number;
  /** Bits that the file must have whatever it had before: `0o500` for what root runs. 0 by default. */
  readonly needs?: number;
  /** Owner of the file; the one it has, or root for a new one, by default. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Name of the copy of what is replaced, given its path and a counter from 1; no copy without it. */
  readonly backupName?: (path: string, attempt: number) => string;
  /** A word that no other writer uses at this time, for the temporary file's name. */
  readonly unique: string;
}

export interface Written {
  readonly state: "created" | "replaced" | "unchanged";
  readonly backup: string | undefined;
}

const ROOT = 0;
const MOST_BACKUPS = 1000;

/**
 * Writes a file so that at every moment either the old or the new one is there, whole, and after a return the new one is
 * on the disk: written beside it, synchronized, read back, then renamed over it. Modes never widen: a file that was 0600
 * stays 0600. The old file's copy is made the same way, with its owner and mode, before the new one takes its place.
 * Nothing is written through a link at the path: give the path that it leads to. On failure nothing is left behind.
 * @throws {Error} of the system, code EINVAL where there is something other than a file
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

/** What a write would do, and how the file ends. */
export interface WouldWrite {
  readonly state: Written["state"];
  /** The file that is there; undefined for a new one. */
  readonly before: FileStatus | undefined;
  readonly mode: number;
  readonly owner: { readonly uid: number; readonly gid: number };
}

/**
 * What {@link writeAtomically} would do; touches nothing.
 * @throws {Error} of the system, code EINVAL where there is something other than a file
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

/** Mode and owner that the file ends with. */
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
    // For its owner alone until it has the right one.
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

/** A write that failed halfway (a full disk) leaves a file of ours; one that was there before is not ours. */
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
