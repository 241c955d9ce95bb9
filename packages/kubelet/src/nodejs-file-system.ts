import { lstatSync, readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import type { FileSystem } from "./file-system.ts";

/** The file system through Node.js; its methods throw Node.js's own errors. */
export const nodejsFileSystem: FileSystem = {
  status(path, links = "follow") {
    try {
      const stats = links === "follow" ? statSync(path) : lstatSync(path);
      return { kind: kindOf(stats), mode: stats.mode & 0o7777 };
    } catch (error) {
      if (error instanceof Error && "code" in error && /^ENO(ENT|TDIR)$/.test(String(error.code)))
        return undefined;
      throw error;
    }
  },
  read: (path, maxBytes) => readFileSync(path).subarray(0, maxBytes),
  list: (path) => readdirSync(path),
};

function kindOf(stats: Stats) {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isFIFO()) return "fifo";
  return stats.isSocket() ? "socket" : "device";
}
