import { WINDOWS_PROGRAM } from "@imagecred/kubelet";
import type { FileStatus } from "@imagecred/node";
import type { FileSystem } from "./types.ts";

/**
 * Files on Windows, which have no mode: libuv reports one in which all users can write and nothing is executable. The modes
 * here have no such false alarms: programs are executable, and no other users can write. Access lists are not read.
 */
export function windowsFiles(files: FileSystem): FileSystem {
  return {
    ...files,
    status(path, links) {
      const status = files.status(path, links);
      return status === undefined ? undefined : { ...status, mode: modeOf(path, status) };
    },
    // Directories cannot be opened for fsync, and NTFS writes a rename to its journal by itself.
    syncDirectory: () => {},
  };
}

function modeOf(path: string, { kind }: FileStatus): number {
  return kind === "directory" || WINDOWS_PROGRAM.test(path) ? 0o755 : 0o644;
}
