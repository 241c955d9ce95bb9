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

/** What becomes of one file when installs are undone. */
export interface PlannedRestore {
  /** On the node. */
  readonly path: string;
  readonly state: "restored" | "removed" | "unchanged";
  readonly current: { readonly state: FileState; readonly data: Uint8Array } | undefined;
  /** What is put back; undefined for a file that was not there. */
  readonly before: { readonly state: FileState; readonly data: Uint8Array } | undefined;
  /** Why the way back loses what someone else did, in a sentence that begins with the path. */
  readonly conflict: string | undefined;
  /** Copies that are not needed any more. */
  readonly backups: readonly string[];
}

/** How some installs, the newest ones, are undone. */
export interface RestorePlan {
  /** In the order in which they are restored: what refers to a file before the file. */
  readonly files: readonly PlannedRestore[];
  /** To remove when they are empty, innermost first. */
  readonly directories: readonly string[];
  /** What is left of the record. */
  readonly rest: InstallationRecord;
}

/** What {@link restore} did. */
export interface Restored {
  /** Directories that are gone. */
  readonly directories: readonly string[];
  /** Sentences: what stays, and where forced changes are kept. */
  readonly notes: readonly string[];
}

/**
 * How the last `count` installs of a record are undone; touches nothing.
 * @throws {CommandError} where a backup is not there any more, or something other than a file is in a file's place
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
  // The record's own directory goes too, also where a container's volume made it.
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
    throw new CommandError(`${shown} is not a file any more (it is a ${status.kind}); nothing was changed`);
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
    throw new CommandError(`${shown}, the copy of what was there before, is gone; nothing was changed`);
  }
  const found = content(backup, status, target, crypto);
  if (found.state.sha256 !== state.sha256) {
    throw new CommandError(
      `${shown} is not the copy that was made (its SHA-256 is ${found.state.sha256}, and ${state.sha256} was recorded); nothing was changed`,
    );
  }
  return { state, data: found.data };
}

function changedSince(shown: string, current: FileState | undefined, last: RecordedFile): string | undefined {
  if (isSameState(current, last.after)) return undefined;
  if (current === undefined) return `${shown} was removed after it was installed`;
  if (current.sha256 !== last.after.sha256) return `${shown} was changed after it was installed`;
  return `${shown} got another mode or owner after it was installed (${words(last.after)}, now ${words(current)})`;
}

function words({ mode, uid, gid }: FileState): string {
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
  const copy = next.before === undefined ? "" : `, as it was then: ${next.before.backup}`;
  return `${shown} was changed by someone else between the installs of ${one.time} and ${next.time}${copy}`;
}

/**
 * Undoes what was planned: contents, modes and owners are put back, what was not there is removed, then directories that
 * are empty, backups, and the record. Each file is whole at every moment; after a failure, run it again.
 * @throws {CommandError}
 */
export function restore(plan: RestorePlan, target: Target, platform: Platform): Restored {
  const { files } = target;
  const notes: string[] = [];
  for (const directory of new Set(plan.files.map(({ path }) => parentOf(path)))) {
    if (files.status(directory) !== undefined) checkDirectory(target, directory, platform);
  }
  for (const file of plan.files) {
    const kept = systemDoes(`putting back ${files.outside(file.path)}`, () =>
      putBack(file, target, platform),
    );
    if (kept !== undefined) {
      notes.push(`${files.outside(file.path)} had been changed; that is kept as ${files.outside(kept)}.`);
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

/** @returns the copy of what someone else had changed */
function putBack(
  { path, state, before, conflict }: PlannedRestore,
  { files }: Target,
  { clock, crypto }: Platform,
): string | undefined {
  if (state === "unchanged") return undefined;
  const name = conflict === undefined || files.status(path) === undefined ? undefined : backupName(clock);
  if (before === undefined) {
    if (name !== undefined) {
      const kept = name(path, 1);
      files.rename(path, kept);
      files.syncDirectory(parentOf(path));
      return kept;
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
    // Exactly as it was, where install had made it narrower or wider.
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
      notes.push(`${shown} stays, since it is not empty (${name}).`);
      return false;
    }
    files.removeDirectory(directory);
    return true;
  } catch {
    // A mount point: the directory of a volume of the installer's own container.
    notes.push(`${shown} is empty and cannot be removed from here.`);
    return false;
  }
}
