import { hex } from "@imagecred/protocol";
import type { Platform } from "../runtime/types.ts";
import { baseName, joinPath, parentOf } from "./paths.ts";

/**
 * Replaces a file's content so that at every moment either the old or the new one is there, whole; owner and mode stay.
 * The file as it was is kept beside it.
 * @returns the path of the backup: `.bak` at the end, so that a kubelet that reads a directory does not read it
 * @throws {Error} of the system
 */
export function replaceFile(path: string, data: Uint8Array, platform: Platform): string {
  const { fileSystem, clock, crypto } = platform;
  // A link stays a link: what it leads to is replaced.
  const real = fileSystem.realPath(path);
  const status = fileSystem.status(real);
  if (status === undefined) throw new Error("it is not there any more");
  const time = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, "");
  let backup = `${real}.${time}.bak`;
  for (let number = 2; fileSystem.status(backup, "do-not-follow") !== undefined; number++) {
    backup = `${real}.${time}-${number}.bak`;
  }
  const put = (to: string, content: Uint8Array) => {
    const temporary = joinPath(parentOf(to), `.${baseName(to)}.${hex(crypto.randomBytes(8))}`);
    try {
      fileSystem.create(temporary, content, status.mode);
      if (platform.processInfo.userId === 0) fileSystem.changeOwner(temporary, status.uid, status.gid);
      fileSystem.rename(temporary, to);
    } catch (error) {
      if (fileSystem.status(temporary, "do-not-follow") !== undefined) fileSystem.remove(temporary);
      throw error;
    }
  };
  put(backup, fileSystem.read(real, status.size + 1));
  put(real, data);
  fileSystem.syncDirectory(parentOf(real));
  return backup;
}
