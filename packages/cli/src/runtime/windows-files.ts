import { WINDOWS_PROGRAM } from "@imagecred/kubelet";
import type { FileStatus } from "@imagecred/node";
import type { FileSystem } from "./types.ts";

/**
 * Files of Windows, which have no mode: libuv makes one up in which everybody may write and nothing is executable. What a check
 * of modes finds here is what is true: programs are executable, and modes give no one else a right. Access lists are not read.
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
