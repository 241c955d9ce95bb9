import { type FileStatus, parentOf, writeAtomically } from "@imagecred/node";
import { hex } from "@imagecred/protocol";
import { CommandError } from "../errors.ts";
import { backupName } from "../machine/replace-file.ts";
import type { Platform } from "../runtime/types.ts";
import { type FileState, fileState, isSameState, parseOctal, readAll } from "./file-state.ts";
import { RECORD_DIRECTORY } from "./node-note.ts";
import {
  type InstallationRecord,
  type RecordedFile,
  type RecordedInstall,
  removeRecord,
  writeRecord,
} from "./record.ts";
import { checkDirectory, systemDoes, type Target } from "./target.ts";

/** The planned change of one file when installs are undone. */
export interface PlannedRestore {
  /** Path on the node. */
  readonly path: string;
  readonly state: "restored" | "removed" | "unchanged";
  readonly current: { readonly state: FileState; readonly data: Uint8Array } | undefined;
  /** The file to restore; undefined if there was none. */
  readonly before: { readonly state: FileState; readonly data: Uint8Array } | undefined;
  /** A change by someone else that would be lost, in a sentence that begins with the path. */
  readonly conflict: string | undefined;
  /** Backups that are no longer needed. */
  readonly backups: readonly string[];
}

/** How the newest installs are undone. */
export interface RestorePlan {
  /** In the order in which they are restored: a file that refers to another one comes first. */
  readonly files: readonly PlannedRestore[];
  /** To remove if they are empty, innermost first. */
  readonly directories: readonly string[];
  /** The remaining record. */
  readonly rest: InstallationRecord;
}

/** The result of {@link restore}. */
export interface Restored {
  /** Directories that were removed. */
  readonly directories: readonly string[];
  /** Sentences: what stays, and the copies of overwritten changes. */
  readonly notes: readonly string[];
}

/**
 * Plans how the last `count` installs of a record are undone; writes nothing.
 * @throws {CommandError} if a backup is missing, or there is something other than a file at a file's path
 */
export function planRestore(
  record: InstallationRecord,
  count: number,
  target: Target,
  platform: Platform,
): RestorePlan {
  const undone = record.installs.slice(record.installs.length - count);
  const installs = record.installs.slice(0, record.installs.length - count);
  const all = installs.length === 0;
  const paths = [...new Set(undone.flatMap(({ files }) => files.map(({ path }) => path)))];
  const made = undone.flatMap(({ directories }) => directories);
  // The record's own directory is removed too, even if a container's volume created it.
  const directories = all ? [...new Set([...made, RECORD_DIRECTORY])] : made;
  return {
    files: paths.reverse().map((path) => planOne(path, undone, target, platform)),
    directories: directories.toSorted((a, b) => b.length - a.length),
    rest: { installs, kubelet: undefined },
  };
}

function planOne(
  path: string,
  undone: readonly RecordedInstall[],
  target: Target,
  { crypto }: Platform,
): PlannedRestore {
  const { files } = target;
  const shown = files.outside(path);
  const history = undone.flatMap(({ time, files: recorded }) =>
    recorded.filter((file) => file.path === path).map((file) => ({ time, ...file })),
  );
  const [first, last] = [history[0], history.at(-1)];
  if (first === undefined || last === undefined) throw new Error(`${path} is in no install`);
  const status = systemDoes(shown, () => files.status(path, "do-not-follow"));
  if (status !== undefined && status.kind !== "file") {
    throw new CommandError(`${shown} is no longer a file (it is a ${status.kind}); nothing was changed`);
  }
  const current = status === undefined ? undefined : content(path, status, target, crypto);
  const backups = history.flatMap(({ before }) => before?.backup ?? []);
  const common = { path, current, backups };
  if (isSameState(current?.state, stateOf(first))) {
    return { ...common, state: "unchanged", before: current, conflict: undefined };
  }
  const conflict = changedSince(shown, current?.state, last) ?? changedBetween(shown, history);
  if (first.before === undefined) return { ...common, state: "removed", before: undefined, conflict };
  const before = backupOf(first.before, target, crypto);
  return { ...common, state: "restored", before, conflict };
}

function stateOf({ before }: RecordedFile): FileState | undefined {
  if (before === undefined) return undefined;
  const { backup: _, ...state } = before;
  return state;
}

function content(path: string, status: FileStatus, { files }: Target, crypto: Platform["crypto"]) {
  return systemDoes(files.outside(path), () => {
    const data = readAll(files, path, status);
    return { state: fileState(data, status.mode, status, crypto), data };
  });
}

function backupOf(
  before: NonNullable<RecordedFile["before"]>,
  target: Target,
  crypto: Platform["crypto"],
): { readonly state: FileState; readonly data: Uint8Array } {
  const { backup, ...state } = before;
  const { files } = target;
  const shown = files.outside(backup);
  const status = systemDoes(shown, () => files.status(backup, "do-not-follow"));
  if (status?.kind !== "file") {
    throw new CommandError(`the backup ${shown} is missing; nothing was changed`);
  }
  const found = content(backup, status, target, crypto);
  if (found.state.sha256 !== state.sha256) {
    throw new CommandError(
      `the backup ${shown} was changed (its SHA-256 is ${found.state.sha256}, recorded is ${state.sha256}); nothing was changed`,
    );
  }
  return { state, data: found.data };
}

function changedSince(shown: string, current: FileState | undefined, last: RecordedFile): string | undefined {
  if (isSameState(current, last.after)) return undefined;
  if (current === undefined) return `${shown} was removed after it was installed`;
  if (current.sha256 !== last.after.sha256) return `${shown} was changed after it was installed`;
  return `mode or owner of ${shown} changed after it was installed (${modeAndOwner(last.after)}, now ${modeAndOwner(current)})`;
}

function modeAndOwner({ mode, uid, gid }: FileState): string {
  return `${mode} ${uid}:${gid}`;
}

function changedBetween(
  shown: string,
  history: readonly (RecordedFile & { readonly time: string })[],
): string | undefined {
  const at = history.findIndex((one, index) => {
    const next = history[index + 1];
    return next !== undefined && next.before?.sha256 !== one.after.sha256;
  });
  const [one, next] = [history[at], history[at + 1]];
  if (at < 0 || one === undefined || next === undefined) return undefined;
  const copy = next.before === undefined ? "" : ` (a copy is ${next.before.backup})`;
  return `${shown} was changed by someone else between the installs of ${one.time} and ${next.time}${copy}`;
}

/**
 * Carries out the plan: restores contents, modes and owners, removes added files, then backups, the record and empty
 * directories. Replaces each file atomically; after a failure, run it again.
 * @throws {CommandError}
 */
export function restore(plan: RestorePlan, target: Target, platform: Platform): Restored {
  const { files } = target;
  const notes: string[] = [];
  for (const directory of new Set(plan.files.map(({ path }) => parentOf(path)))) {
    if (files.status(directory) !== undefined) checkDirectory(target, directory, platform);
  }
  for (const file of plan.files) {
    const copy = systemDoes(`restoring ${files.outside(file.path)}`, () =>
      restoreOne(file, target, platform),
    );
    if (copy !== undefined) {
      notes.push(`${files.outside(file.path)} had been changed; a copy is ${files.outside(copy)}.`);
    }
  }
  for (const backup of plan.files.flatMap(({ backups }) => backups)) {
    if (files.status(backup, "do-not-follow") === undefined) continue;
    systemDoes(`removing ${files.outside(backup)}`, () => files.remove(backup));
  }
  if (plan.rest.installs.length === 0) removeRecord(target);
  else writeRecord(plan.rest, target, platform);
  const directories = plan.directories.filter((directory) => removeEmpty(directory, target, notes));
  return { directories, notes };
}

/** @returns the path of the copy of a file that someone else had changed */
function restoreOne(
  { path, state, before, conflict }: PlannedRestore,
  { files }: Target,
  { clock, crypto }: Platform,
): string | undefined {
  if (state === "unchanged") return undefined;
  const name = conflict === undefined || files.status(path) === undefined ? undefined : backupName(clock);
  if (before === undefined) {
    if (name !== undefined) {
      const copy = name(path, 1);
      files.rename(path, copy);
      files.syncDirectory(parentOf(path));
      return copy;
    }
    if (files.status(path, "do-not-follow") !== undefined) files.remove(path);
    if (files.status(parentOf(path)) !== undefined) files.syncDirectory(parentOf(path));
    return undefined;
  }
  const { uid, gid } = before.state;
  const mode = parseOctal(before.state.mode);
  return writeAtomically(files, {
    path,
    data: before.data,
    mode,
    // Exactly the old mode, which install can have changed.
    needs: mode,
    owner: { uid, gid },
    ...(name === undefined ? {} : { backupName: name }),
    unique: hex(crypto.randomBytes(8)),
  }).backup;
}

function removeEmpty(directory: string, { files }: Target, notes: string[]): boolean {
  const shown = files.outside(directory);
  try {
    if (files.status(directory, "do-not-follow")?.kind !== "directory") return false;
    const [name] = files.list(directory);
    if (name !== undefined) {
      notes.push(`${shown} was not removed because it is not empty (${name}).`);
      return false;
    }
    files.removeDirectory(directory);
    return true;
  } catch {
    // A mount point: a volume of the installer's own container.
    notes.push(`${shown} is empty and cannot be removed from here.`);
    return false;
  }
}
