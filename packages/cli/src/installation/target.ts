import {
  joinPath,
  parentOf,
  type RootedWritableFiles,
  rootedWritableFiles,
  type UnsafeEntry,
  unsafeDirectory,
} from "@imagecred/node";
import { CommandError, systemReason } from "../errors.ts";
import { absolute } from "../machine/paths.ts";
import type { Platform } from "../runtime/types.ts";
import { octal } from "./file-state.ts";

/** The system to install on: this one, or a mounted image. */
export interface Target {
  /** Path of its root directory for this process. */
  readonly root: string;
  /** Its files, by their paths below the root; links are resolved within the root. */
  readonly files: RootedWritableFiles;
}

const ROOT = 0;
const DIRECTORY_MODE = 0o755;

/** @throws {CommandError} for a root without a system: usually an image whose mount failed */
export function openTarget(given: string, { fileSystem, processInfo }: Platform): Target {
  const root = absolute(given, processInfo.workingDirectory);
  const status = systemDoes(`--root ${given}`, () => fileSystem.status(root));
  if (status === undefined) throw new CommandError(`--root ${given}: there is no such directory`);
  if (status.kind !== "directory") {
    throw new CommandError(`--root ${given} is a ${status.kind} and not a directory`);
  }
  if (root !== "/" && !["etc", "usr"].some((name) => fileSystem.status(joinPath(root, name)) !== undefined)) {
    throw new CommandError(`--root ${given} has neither etc nor usr: check that the image is mounted there`);
  }
  return { root, files: rootedWritableFiles(fileSystem, root) };
}

/**
 * Checks that only root can add or replace files in a directory: checks every directory in its path, before and after
 * resolving links, and every link. For a directory that does not exist yet, checks the existing part of its path.
 * @throws {CommandError} with the unsafe entry, the reason and the fix
 */
export function checkDirectory({ root, files }: Target, directory: string, { fileSystem }: Platform): void {
  systemDoes(directory, () => {
    const unsafe = unsafeDirectory(fileSystem, root, directory);
    if (unsafe !== undefined) throw new CommandError(describe(unsafe, files));
    for (let at = directory; ; at = parentOf(at)) {
      if (files.status(at, "do-not-follow")?.kind === "symlink" && files.status(at) === undefined) {
        throw new CommandError(
          `${files.outside(at)} is a link to something that does not exist; remove it or create its target`,
        );
      }
      if (at === parentOf(at)) return;
    }
  });
}

function describe({ path, fault }: UnsafeEntry, files: Target["files"]): string {
  const at = files.outside(path);
  const choose = "or choose another directory";
  switch (fault.kind) {
    case "owner":
      return `${at} belongs to user ${fault.uid}, who could replace what the kubelet runs as root; chown root:root ${at}, ${choose}`;
    case "world-writable":
      return `${at} is writable by all users (mode ${octal(fault.mode)}), who could replace what the kubelet runs as root; chmod o-w ${at}, ${choose}`;
    case "group-writable":
      return `${at} is writable by group ${fault.gid} (mode ${octal(fault.mode)}), whose members could replace what the kubelet runs as root; chmod g-w ${at}, ${choose}`;
    case "link-owner":
      return `${at} is a link to ${fault.target} that belongs to user ${fault.uid}, who could replace what the kubelet runs as root; chown -h root:root ${at}, ${choose}`;
    case "not-a-directory":
      return `${at} is not a directory (it is a ${fault.is})`;
  }
}

/** The missing directories of a path, outermost first. */
export function missingDirectories(target: Target, path: string): readonly string[] {
  if (target.files.status(path) !== undefined || path === parentOf(path)) return [];
  return [...missingDirectories(target, parentOf(path)), path];
}

/** Creates the missing directories of a path that passed {@link checkDirectory}. @returns those created, outermost first */
export function makeDirectories(target: Target, path: string): readonly string[] {
  const { files } = target;
  const missing = missingDirectories(target, path);
  for (const directory of missing) {
    systemDoes(`creating the directory ${files.outside(directory)}`, () => {
      files.makeDirectory(directory, DIRECTORY_MODE);
      files.changeOwner(directory, ROOT, ROOT);
    });
  }
  return missing;
}

/** Removes created directories, which must be empty, innermost first. */
export function removeDirectories({ files }: Target, made: readonly string[]): void {
  for (const directory of made.toReversed()) {
    systemDoes(`removing the directory ${files.outside(directory)}`, () => files.removeDirectory(directory));
  }
}

/** Runs `work` and turns system errors into command errors. @param what the action @throws {CommandError} */
export function systemDoes<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${what}: ${systemReason(error)}`, { cause: error });
  }
}
