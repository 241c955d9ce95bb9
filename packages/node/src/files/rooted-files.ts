import type { Files, WritableFiles } from "./files.ts";
import { joinPath } from "./paths.ts";
import { SystemError } from "./system-error.ts";
import { type Destination, destination } from "./walk.ts";

/** Files below another root, by the paths that a process in that root uses. */
export interface RootedFiles extends Files {
  /** The root as a path for this process: `/`, `/mnt/image`, `/proc/57/root`. */
  readonly root: string;
  /** A path below the root as a path for this process, for messages; does not resolve links. */
  outside(path: string): string;
  /** Absolute path below the root, without links. @throws {Error} if it does not exist */
  realPath(path: string): string;
}

export interface RootedWritableFiles extends RootedFiles, WritableFiles {}

/**
 * The files that a process with the root directory `root` sees. Every path is resolved component by component as in a chroot,
 * so that no link leads out of the root. (`/proc/PID/root` does not work like a chroot for a reader: the kernel resolves
 * absolute links in the reader's own root.)
 */
export function rootedFiles(files: Files, root: string): RootedFiles {
  const reach = (path: string): string => existing(files, root, path).path;
  return {
    root,
    outside: (path) => outsideOf(root, path),
    status(path, links = "follow") {
      const found = reachable(files, root, path, links);
      return found === undefined ? undefined : files.status(found.path, "do-not-follow");
    },
    read: (path, maxBytes) => files.read(reach(path), maxBytes),
    list: (path) => files.list(reach(path)),
    readLink: (path) => files.readLink(destination(files, root, path, "do-not-follow").path),
    realPath: (path) => existing(files, root, path).inside,
  };
}

/** Writable {@link rootedFiles}. Links in the paths of new entries are resolved below the root. */
export function rootedWritableFiles(files: WritableFiles, root: string): RootedWritableFiles {
  const entry = (path: string): string => {
    const { path: real, missing } = destination(files, root, path, "do-not-follow");
    if (missing.length > 0) throw new SystemError("ENOENT", path);
    return real;
  };
  const reach = (path: string): string => existing(files, root, path).path;
  return {
    ...rootedFiles(files, root),
    create: (path, data, mode) => files.create(entry(path), data, mode),
    rename: (from, to) => files.rename(entry(from), entry(to)),
    remove: (path) => files.remove(entry(path)),
    removeDirectory: (path) => files.removeDirectory(entry(path)),
    makeDirectory: (path, mode) => files.makeDirectory(entry(path), mode),
    changeOwner: (path, uid, gid) => files.changeOwner(reach(path), uid, gid),
    changeMode: (path, mode) => files.changeMode(reach(path), mode),
    syncDirectory: (path) => files.syncDirectory(reach(path)),
  };
}

/** The destination of a path below the root. @throws {SystemError} ENOENT if it does not exist */
function existing(files: Files, root: string, path: string): Destination {
  const found = destination(files, root, path);
  if (!found.exists) throw new SystemError("ENOENT", path);
  return found;
}

function reachable(
  files: Files,
  root: string,
  path: string,
  links: "follow" | "do-not-follow",
): Destination | undefined {
  try {
    const found = destination(files, root, path, links);
    return found.exists ? found : undefined;
  } catch (error) {
    if (error instanceof SystemError && error.code === "ENOTDIR") return undefined;
    throw error;
  }
}

function outsideOf(root: string, path: string): string {
  return root === "/" ? path : joinPath(root, path.replace(/^\/+/, ""));
}
