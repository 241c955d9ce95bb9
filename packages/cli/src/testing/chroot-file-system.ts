import { existsSync } from "node:fs";
import { fileSystem as realDisk } from "../runtime/nodejs.ts";
import type { FileSystem } from "../runtime/types.ts";

const OF_THE_MACHINE = /^\/bin\/sh$|^\/lib(?:64)?\/ld-/;

/**
 * The real file system below one directory, which the tool uses as `/`, so that the tests do not depend on the machine. The
 * directory is also the working directory, and paths within it are used unchanged.
 */
export function chrootFileSystem(root: string): FileSystem {
  const at = (path: string) => {
    // Test plugins are scripts, run by this machine's shell with its loader.
    if (OF_THE_MACHINE.test(path) && !existsSync(root + path)) return path;
    if (!path.startsWith("/")) return `${root}/${path}`;
    return path === root || path.startsWith(`${root}/`) ? path : root + path;
  };
  return {
    status: (path, links) => realDisk.status(at(path), links),
    read: (path, maxBytes) => realDisk.read(at(path), maxBytes),
    list: (path) => realDisk.list(at(path)),
    create: (path, data, mode) => realDisk.create(at(path), data, mode),
    rename: (from, to) => realDisk.rename(at(from), at(to)),
    remove: (path) => realDisk.remove(at(path)),
    removeDirectory: (path) => realDisk.removeDirectory(at(path)),
    makeDirectory: (path, mode) => realDisk.makeDirectory(at(path), mode),
    changeOwner: (path, uid, gid) => realDisk.changeOwner(at(path), uid, gid),
    changeMode: (path, mode) => realDisk.changeMode(at(path), mode),
    syncDirectory: (path) => realDisk.syncDirectory(at(path)),
    realPath: (path) => realDisk.realPath(at(path)).slice(path.startsWith(root) ? 0 : root.length) || "/",
    readLink: (path) => realDisk.readLink(at(path)),
  };
}
