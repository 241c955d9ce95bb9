import {
  chmodSync,
  chownSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { isatty, type WriteStream } from "node:tty";
import type { FileKind } from "@imagecred/node";
import type { FileSystem, ProcessInfo, Terminal } from "./types.ts";

const PERMISSIONS = 0o7777;
const READ_SIZE = 256 * 1024;

export const fileSystem: FileSystem = {
  status(path, links = "follow") {
    try {
      const stats = links === "follow" ? statSync(path) : lstatSync(path);
      const { mode, uid, gid, size, mtimeMs: modifiedMs } = stats;
      return { kind: kindOf(stats), mode: mode & PERMISSIONS, uid, gid, size, modifiedMs };
    } catch (error) {
      if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
        return undefined;
      throw error;
    }
  },
  read(path, maxBytes) {
    const file = openSync(path, "r");
    try {
      const chunks: Buffer[] = [];
      let rest = maxBytes;
      while (rest > 0) {
        const chunk = Buffer.alloc(Math.min(rest, READ_SIZE));
        const count = readSync(file, chunk, 0, chunk.length, null);
        if (count === 0) break;
        chunks.push(chunk.subarray(0, count));
        rest -= count;
      }
      return Buffer.concat(chunks);
    } finally {
      closeSync(file);
    }
  },
  list: (path) => readdirSync(path).sort((a, b) => (a < b ? -1 : 1)),
  create(path, data, mode) {
    const file = openSync(path, "wx", mode);
    try {
      for (let at = 0; at < data.length; ) at += writeSync(file, data, at);
      // The process's umask had its say at open.
      fchmodSync(file, mode);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  },
  rename: renameSync,
  remove: unlinkSync,
  removeDirectory: (path) => rmdirSync(path),
  makeDirectory(path, mode) {
    mkdirSync(path, { mode });
    chmodSync(path, mode);
  },
  changeOwner: chownSync,
  changeMode: chmodSync,
  syncDirectory(path) {
    const directory = openSync(path, "r");
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  },
  realPath: (path) => realpathSync(path),
  readLink: (path) => readlinkSync(path),
};

function kindOf(stats: Stats): FileKind {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isFIFO()) return "fifo";
  return stats.isSocket() ? "socket" : "device";
}

export const terminal: Terminal = {
  columns(stream) {
    if (!isatty(stream === "stdout" ? 1 : 2)) return undefined;
    return (process[stream] as WriteStream).columns;
  },
};

export const processInfo: ProcessInfo = {
  // Windows has no numeric users; what asks for root there asks in vain anyway.
  userId: process.geteuid?.() ?? -1,
  workingDirectory: process.cwd(),
  executable: process.execPath,
};
