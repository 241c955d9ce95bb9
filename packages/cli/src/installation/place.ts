import {
  baseName,
  destination,
  joinPath,
  parentOf,
  SystemError,
  type WouldWrite,
  wouldWrite,
  writeAtomically,
} from "@imagecred/node";
import { hex } from "@imagecred/protocol";
import { CommandError, systemReason } from "../errors.ts";
import { backupName } from "../machine/replace-file.ts";
import type { Platform } from "../runtime/types.ts";
import { type FileState, fileState, readAll } from "./file-state.ts";
import type { RecordedFile } from "./record.ts";
import { makeDirectories, missingDirectories, systemDoes, type Target } from "./target.ts";

/** One file to install. */
export interface Placement {
  /** `identities`: a file that plugins read on every run; the kubelet does not read it. */
  readonly role: "executable" | "config" | "identities" | "node-file";
  readonly from: string;
  /** On the installed system, without its root. */
  readonly to: string;
  readonly data: Uint8Array;
  /** Mode of a new file; a replaced file keeps a narrower one. */
  readonly mode: number;
  /** Mode bits that it must have, whatever mode it had before. */
  readonly needs: number;
  readonly sha256: string;
  /** `kept`: its path is recorded with its links, so that it names another file when they change; default: `followed`. */
  readonly links?: "followed" | "kept";
}

/** The planned change of one file. */
export interface PlannedFile {
  readonly placement: Placement;
  readonly state: "installed" | "replaced" | "unchanged";
  /** Its path for this process, without links. */
  readonly path: string;
  /** Its path on the node; with links if the placement keeps them. */
  readonly inside: string;
  /** The existing file. */
  readonly before: { readonly state: FileState; readonly data: Uint8Array } | undefined;
  readonly after: FileState;
  /** Path of the backup on the node; undefined if nothing is replaced. */
  readonly backup: string | undefined;
}

const ROOT = { uid: 0, gid: 0 };
const STATES = { created: "installed", replaced: "replaced", unchanged: "unchanged" } as const;

/**
 * Plans the change of a file; writes nothing. A link at its path is followed within the root: its target is replaced, not
 * the link.
 * @throws {CommandError} if there is something other than a file
 */
export function planFile(
  placement: Placement,
  target: Target,
  { fileSystem, crypto, clock }: Platform,
): PlannedFile {
  const { to, data } = placement;
  return systemDoes(target.files.outside(to), () => {
    const found = destination(fileSystem, target.root, to);
    const path = joinPath(found.path, ...found.missing);
    const inside = placement.links === "kept" ? to : joinPath(found.inside, ...found.missing);
    const would = outcome(placement, path, target, fileSystem);
    const after = fileState(data, would.mode, would.owner, crypto);
    const common = { placement, state: STATES[would.state], path, inside };
    if (would.before === undefined) return { ...common, before: undefined, after, backup: undefined };
    const old = readAll(fileSystem, path, would.before);
    const before = { state: fileState(old, would.before.mode, would.before, crypto), data: old };
    if (would.state === "unchanged") return { ...common, before, after, backup: undefined };
    return { ...common, before, after, backup: freeName(inside, backupName(clock), target) };
  });
}

function outcome(
  { to, data, mode, needs }: Placement,
  path: string,
  { files }: Target,
  fileSystem: Platform["fileSystem"],
): WouldWrite {
  try {
    return wouldWrite(fileSystem, { path, data, mode, needs, owner: ROOT });
  } catch (error) {
    const kind = fileSystem.status(path, "do-not-follow")?.kind;
    if (kind === undefined || kind === "file") throw error;
    throw new CommandError(`${files.outside(to)} is not a file (it is a ${kind})`, { cause: error });
  }
}

const MOST_BACKUPS = 1000;

function freeName(path: string, name: (path: string, attempt: number) => string, { files }: Target): string {
  for (let attempt = 1; attempt <= MOST_BACKUPS; attempt++) {
    const candidate = name(path, attempt);
    if (files.status(candidate, "do-not-follow") === undefined) return candidate;
  }
  throw new SystemError("EEXIST", path);
}

/** The changed files, for the record. */
export function recorded(planned: readonly PlannedFile[]): readonly RecordedFile[] {
  return planned
    .filter(({ state }) => state !== "unchanged")
    .map(({ inside, before, after, backup }) => ({
      path: inside,
      before: before === undefined || backup === undefined ? undefined : { ...before.state, backup },
      after,
    }));
}

/** Directories that {@link placeAll} will create, outermost first. */
export function directoriesToMake(planned: readonly PlannedFile[], target: Target): readonly string[] {
  const changed = planned.filter(({ state }) => state !== "unchanged");
  return [...new Set(changed.flatMap(({ inside }) => missingDirectories(target, parentOf(inside))))];
}

/**
 * Installs all files in order, each atomically. If one fails, restores those before it.
 * @throws {CommandError} with the file that failed, and whether anything is left changed
 */
export function placeAll(planned: readonly PlannedFile[], target: Target, platform: Platform): void {
  const undo: { readonly path: string; readonly run: () => void }[] = [];
  for (const file of planned) {
    try {
      placeOne(file, target, platform, undo);
    } catch (error) {
      const kept = undo.reverse().filter(({ run }) => !attempt(run));
      const after =
        kept.length > 0
          ? `these stay changed: ${kept.map(({ path }) => path).join(", ")}`
          : undo.length > 0
            ? "all changed files were restored"
            : "nothing was changed";
      const reason = error instanceof CommandError ? error.message : systemReason(error);
      throw new CommandError(`writing ${target.files.outside(file.placement.to)}: ${reason}; ${after}`, {
        cause: error,
      });
    }
  }
}

function attempt(run: () => void): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}

function placeOne(
  { placement, state, path, inside, backup }: PlannedFile,
  target: Target,
  { fileSystem, crypto }: Platform,
  undo: { readonly path: string; readonly run: () => void }[],
): void {
  if (state === "unchanged") return;
  const made = makeDirectories(target, parentOf(inside));
  undo.push(
    ...made.map((directory) => ({
      path: target.files.outside(directory),
      run: () => target.files.removeDirectory(directory),
    })),
  );
  const copy = backup === undefined ? undefined : joinPath(parentOf(path), baseName(backup));
  writeAtomically(fileSystem, {
    path,
    data: placement.data,
    mode: placement.mode,
    needs: placement.needs,
    owner: ROOT,
    ...(copy === undefined ? {} : { backupName: () => copy }),
    unique: hex(crypto.randomBytes(8)),
  });
  undo.push({
    path,
    run: () => {
      if (copy === undefined) fileSystem.remove(path);
      else fileSystem.rename(copy, path);
      fileSystem.syncDirectory(parentOf(path));
    },
  });
}
