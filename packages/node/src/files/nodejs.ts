import * as fs from "node:fs";
import type { FileKind, WritableFiles } from "./files.ts";
import { codeOf } from "./system-error.ts";

/** This machine's files, with Node.js' own functions; errors are the system's. */
export const nodeFiles: WritableFiles & { realPath(path: string): string } = {
  status(path, links = "follow") {
    try {
      const stats = links === "follow" ? fs.statSync(path) : fs.lstatSync(path);
      const { mode, uid, gid, size, mtimeMs: modifiedMs } = stats;
      return { kind: kindOf(stats), mode: mode & 0o7777, uid, gid, size, modifiedMs };
    } catch (error) {
      if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
      throw error;
    }
  },
  read(path, maxBytes) {
    const file = fs.openSync(path, "r");
    try {
      const chunks: Buffer[] = [];
      for (let rest = maxBytes; rest > 0; ) {
        const chunk = Buffer.alloc(Math.min(rest, 1 << 16));
        const count = fs.readSync(file, chunk, 0, chunk.length, null);
        if (count === 0) break;
        chunks.push(chunk.subarray(0, count));
        rest -= count;
      }
      return Buffer.concat(chunks);
    } finally {
      fs.closeSync(file);
    }
  },
  list: (path) => fs.readdirSync(path).sort((a, b) => (a < b ? -1 : 1)),
  realPath: (path) => fs.realpathSync(path),
  readLink: (path) => fs.readlinkSync(path),
  create(path, data, mode) {
    const file = fs.openSync(path, "wx", mode);
    try {
      fs.writeFileSync(file, data);
      fs.fchmodSync(file, mode);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  },
  rename: fs.renameSync,
  remove: fs.unlinkSync,
  removeDirectory: fs.rmdirSync,
  makeDirectory: (path, mode) => {
    fs.mkdirSync(path, { mode });
    fs.chmodSync(path, mode);
  },
  changeOwner: fs.chownSync,
  changeMode: fs.chmodSync,
  syncDirectory(path) {
    const directory = fs.openSync(path, "r");
    try {
      fs.fsyncSync(directory);
    } finally {
      fs.closeSync(directory);
    }
  },
};

function kindOf(stats: fs.Stats): FileKind {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isFIFO()) return "fifo";
  return stats.isSocket() ? "socket" : "device";
}
