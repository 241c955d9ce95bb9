import { describeUnsafe, type RootedWritableFiles, type UnsafeEntry, unsafeDirectory } from "@imagecred/node";
import { CommandError, systemReason } from "../../errors.ts";
import { parentOf } from "../../machine/paths.ts";
import type { FileSystem } from "../../runtime/types.ts";

const ROOT = 0;
const DIRECTORY_MODE = 0o755;

/**
 * Refuses a directory in which somebody other than root could put or exchange files: every directory of the path as given
 * and of where its links lead, and every link on it, must belong to root and be writable by root only.
 * @param directory below the root
 * @throws {CommandError} saying which entry, why, and how to mend it
 */
export function checkDirectory(fileSystem: FileSystem, files: RootedWritableFiles, directory: string): void {
  let unsafe: UnsafeEntry | undefined;
  try {
    unsafe = unsafeDirectory(fileSystem, files.root, directory);
    if (unsafe === undefined && files.status(directory) === undefined) refuseDangling(files, directory);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`looking at ${files.outside(directory)}: ${systemReason(error)}`, {
      cause: error,
    });
  }
  if (unsafe === undefined) return;
  const path = files.outside(unsafe.path);
  const says = describeUnsafe({ ...unsafe, path });
  const { kind } = unsafe.fault;
  if (kind === "not-a-directory") throw new CommandError(says);
  throw new CommandError(
    `${says}, ${WHO[kind]} could exchange what the kubelet runs as root; ${CURES[kind](path)}, or choose another directory`,
  );
}

const WHO = { owner: "who", "link-owner": "who", "everybody-writes": "who", "group-writes": "whose members" };

const CURES: Readonly<Record<keyof typeof WHO, (path: string) => string>> = {
  owner: (path) => `chown root:root ${path}`,
  "link-owner": (path) => `chown -h root:root ${path}`,
  "everybody-writes": (path) => `chmod o-w ${path}`,
  "group-writes": (path) => `chmod g-w ${path}`,
};

/** A directory cannot be made where a link stands that leads nowhere. */
function refuseDangling(files: RootedWritableFiles, directory: string): void {
  for (let at = directory; at !== parentOf(at); at = parentOf(at)) {
    if (files.status(at) !== undefined) return;
    if (files.status(at, "do-not-follow")?.kind === "symlink") {
      throw new CommandError(
        `${files.outside(at)} is a link to something that does not exist; remove it or make its target`,
      );
    }
  }
}

/** Makes what is missing of a directory that {@link checkDirectory} found safe. @throws {CommandError} */
export function makeDirectories(files: RootedWritableFiles, path: string): void {
  if (files.status(path) !== undefined) return;
  makeDirectories(files, parentOf(path));
  try {
    files.makeDirectory(path, DIRECTORY_MODE);
    files.changeOwner(path, ROOT, ROOT);
  } catch (error) {
    throw new CommandError(`making the directory ${files.outside(path)}: ${systemReason(error)}`, {
      cause: error,
    });
  }
}
