import { CommandError, systemReason } from "../../errors.ts";
import { parentOf } from "../../machine/paths.ts";
import type { FileSystem } from "../../runtime/types.ts";

const OTHERS_WRITE = 0o002;
const GROUP_WRITE = 0o020;
const ROOT = 0;
const DIRECTORY_MODE = 0o755;

/**
 * Refuses a directory in which somebody other than root could put or exchange files: it, and every directory above it up
 * to `top`, must belong to root and be writable by root only (a root group's write bit aside). Links are resolved first.
 * @returns the directory without links, undefined where it does not exist yet (what exists above it is safe then)
 * @throws {CommandError} saying which directory, why, and how to mend it
 */
export function checkDirectory(fileSystem: FileSystem, path: string, top: string): string | undefined {
  let existing = path;
  while (fileSystem.status(existing) === undefined) {
    const link = fileSystem.status(existing, "do-not-follow");
    if (link !== undefined) {
      throw new CommandError(
        `${existing} is a link to something that does not exist; remove it or make its target`,
      );
    }
    if (existing === parentOf(existing)) break;
    existing = parentOf(existing);
  }
  const real = fileSystem.realPath(existing);
  for (let at = real; ; at = parentOf(at)) {
    checkOne(fileSystem, at);
    if (at === top || at === parentOf(at)) break;
  }
  return existing === path ? real : undefined;
}

function checkOne(fileSystem: FileSystem, path: string): void {
  const status = fileSystem.status(path);
  if (status === undefined) return;
  if (status.kind !== "directory") throw new CommandError(`${path} is no directory (it is a ${status.kind})`);
  const mode = status.mode.toString(8).padStart(4, "0");
  if (status.uid !== ROOT) {
    throw new CommandError(
      `${path} belongs to user ${status.uid}, who could exchange what the kubelet runs as root; chown root:root ${path}, or choose another directory`,
    );
  }
  if ((status.mode & OTHERS_WRITE) !== 0) {
    throw new CommandError(
      `${path} can be written by everybody (mode ${mode}), who could exchange what the kubelet runs as root; chmod o-w ${path}, or choose another directory`,
    );
  }
  if ((status.mode & GROUP_WRITE) !== 0 && status.gid !== ROOT) {
    throw new CommandError(
      `${path} can be written by group ${status.gid} (mode ${mode}), whose members could exchange what the kubelet runs as root; chmod g-w ${path}, or choose another directory`,
    );
  }
}

/** Makes what is missing of a directory that {@link checkDirectory} found safe. */
export function makeDirectories(fileSystem: FileSystem, path: string): void {
  if (fileSystem.status(path) !== undefined) return;
  makeDirectories(fileSystem, parentOf(path));
  try {
    fileSystem.makeDirectory(path, DIRECTORY_MODE);
    fileSystem.changeOwner(path, ROOT, ROOT);
  } catch (error) {
    throw new CommandError(`making the directory ${path}: ${systemReason(error)}`, { cause: error });
  }
}
