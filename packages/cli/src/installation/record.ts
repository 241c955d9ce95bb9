import { parentOf, readText } from "@imagecred/node";
import { asObject, type JsonObject } from "@imagecred/protocol";
import { CommandError } from "../errors.ts";
import type { Platform } from "../runtime/types.ts";
import type { FileState } from "./file-state.ts";
import { nodeNote, parseNote, writeNote } from "./node-note.ts";
import { systemDoes, type Target } from "./target.ts";

const NOTE = nodeNote("installation.json", "InstallationRecord");
/** The file on the node in which install records its changes. */
export const RECORD = NOTE.path;

/** This many installs are recorded separately; older ones are merged. */
const MOST_INSTALLS = 5;

/** A file that an install wrote. Paths are those on the node, without links. */
export interface RecordedFile {
  readonly path: string;
  /** The replaced file and its backup; undefined if there was no file. */
  readonly before: (FileState & { readonly backup: string }) | undefined;
  readonly after: FileState;
}

/** One install that changed something. */
export interface RecordedInstall {
  /** RFC 3339. */
  readonly time: string;
  readonly files: readonly RecordedFile[];
  /** Directories that it created, outermost first. */
  readonly directories: readonly string[];
  /** Whether a kubelet is known to run with it, or needs no restart for it. */
  readonly confirmed: boolean;
}

/** The kubelet process that is known to run with everything in the record. */
export interface ConfirmedKubelet {
  readonly pid: number;
  /** Milliseconds since the epoch, accurate to about a second. */
  readonly startedAt: number;
  /** When that was checked, in milliseconds since the epoch. */
  readonly at: number;
}

export interface InstallationRecord {
  /** Oldest first. */
  readonly installs: readonly RecordedInstall[];
  readonly kubelet: ConfirmedKubelet | undefined;
}

export const EMPTY_RECORD: InstallationRecord = { installs: [], kubelet: undefined };

/**
 * The record on a node; an empty one if nothing was installed.
 * @throws {CommandError} if it cannot be read: without it, the install could not be undone
 */
export function readRecord({ files }: Target): InstallationRecord {
  const text = systemDoes(`reading ${files.outside(RECORD)}`, () => readText(files, RECORD));
  if (text.state === "absent") return EMPTY_RECORD;
  const found = text.state === "read" ? parseRecord(text.text) : undefined;
  if (found !== undefined) return found;
  const reason = text.state === "read" ? "it is damaged, or of another version of imagecred" : text.reason;
  throw new CommandError(
    `reading the record of what was installed here, ${files.outside(RECORD)}: ${reason}; ` +
      "move it away to continue without it (the backups next to the files stay)",
  );
}

/** Writes the record and creates its directory. @throws {CommandError} */
export function writeRecord(record: InstallationRecord, target: Target, platform: Platform): void {
  writeNote(NOTE, record, target, platform);
}

/** Removes the record and, if nothing else is in it, its directory. */
export function removeRecord({ files }: Target): void {
  systemDoes(`removing ${files.outside(RECORD)}`, () => {
    if (files.status(RECORD) !== undefined) files.remove(RECORD);
    if (files.status(parentOf(RECORD)) !== undefined) files.syncDirectory(parentOf(RECORD));
  });
}

/**
 * The record with the oldest installs merged into one until {@link MOST_INSTALLS} are left.
 * @returns also the backups that are no longer needed
 */
export function compacted(record: InstallationRecord): {
  readonly record: InstallationRecord;
  readonly unneeded: readonly string[];
} {
  const installs = [...record.installs];
  const unneeded: string[] = [];
  while (installs.length > MOST_INSTALLS) {
    const at = installs.findIndex((one, index) => {
      const next = installs[index + 1];
      return next !== undefined && canJoin(one, next);
    });
    const [first, second] = [installs[at], installs[at + 1]];
    if (first === undefined || second === undefined) break;
    const joined = join(first, second);
    installs.splice(at, 2, joined.install);
    unneeded.push(...joined.unneeded);
  }
  return { record: { ...record, installs }, unneeded };
}

/** False if someone changed a file between the two: only the second one's backup has that change. */
function canJoin(first: RecordedInstall, second: RecordedInstall): boolean {
  return second.files.every(({ path, before }) => {
    const earlier = first.files.find((file) => file.path === path);
    return earlier === undefined || before?.sha256 === earlier.after.sha256;
  });
}

function join(first: RecordedInstall, second: RecordedInstall) {
  const unneeded: string[] = [];
  const files = new Map(first.files.map((file) => [file.path, file]));
  for (const file of second.files) {
    const earlier = files.get(file.path);
    if (earlier !== undefined && file.before !== undefined) unneeded.push(file.before.backup);
    files.set(file.path, earlier === undefined ? file : { ...file, before: earlier.before });
  }
  const install: RecordedInstall = {
    time: second.time,
    files: [...files.values()],
    directories: [...first.directories, ...second.directories],
    confirmed: first.confirmed && second.confirmed,
  };
  return { install, unneeded };
}

function parseRecord(text: string): InstallationRecord | undefined {
  const document = parseNote(NOTE, text);
  if (document === undefined) return undefined;
  const installs = listOf(document["installs"], parseInstall);
  const kubelet = asObject(document["kubelet"]);
  const { pid, startedAt, at } = kubelet ?? {};
  if (installs === undefined) return undefined;
  return {
    installs,
    kubelet:
      typeof pid === "number" && typeof startedAt === "number" && typeof at === "number"
        ? { pid, startedAt, at }
        : undefined,
  };
}

function parseInstall(value: JsonObject): RecordedInstall | undefined {
  const { time, confirmed } = value;
  const files = listOf(value["files"], parseFile);
  const directories = value["directories"];
  if (typeof time !== "string" || files === undefined || !isPaths(directories)) return undefined;
  return { time, files, directories, confirmed: confirmed === true };
}

function parseFile(value: JsonObject): RecordedFile | undefined {
  const { path } = value;
  const after = parseState(asObject(value["after"]));
  if (!isPath(path) || after === undefined) return undefined;
  if (value["before"] === undefined) return { path, before: undefined, after };
  const given = asObject(value["before"]);
  const [before, backup] = [parseState(given), given?.["backup"]];
  return before === undefined || !isPath(backup) ? undefined : { path, before: { ...before, backup }, after };
}

function parseState(value: JsonObject | undefined): FileState | undefined {
  const { sha256, mode, uid, gid } = value ?? {};
  if (typeof sha256 !== "string" || typeof mode !== "string" || !/^[0-7]{4}$/.test(mode)) return undefined;
  return typeof uid === "number" && typeof gid === "number" ? { sha256, mode, uid, gid } : undefined;
}

function listOf<T>(value: unknown, parse: (one: JsonObject) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const found = value.flatMap((one) => {
    const object = asObject(one);
    return (object === undefined ? undefined : parse(object)) ?? [];
  });
  return found.length === value.length ? found : undefined;
}

function isPath(value: unknown): value is string {
  return typeof value === "string" && value.startsWith("/");
}

function isPaths(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isPath);
}
