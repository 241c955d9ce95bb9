import { writeAtomically } from "@imagecred/node";
import { type Clock, hex } from "@imagecred/protocol";
import type { Platform } from "../runtime/types.ts";

/** A file keeps the bits that it has. */
const ALL_BITS = 0o777;

/**
 * Replaces a file's content so that at every moment either the old or the new one is there, whole; owner and mode stay.
 * The file as it was is kept beside it. A link stays a link: what it leads to is replaced.
 * @returns the path of the backup
 * @throws {Error} of the system
 */
export function replaceFile(path: string, data: Uint8Array, { fileSystem, clock, crypto }: Platform): string {
  const { backup } = writeAtomically(fileSystem, {
    path: fileSystem.realPath(path),
    data,
    mode: ALL_BITS,
    backupName: backupName(clock),
    unique: hex(crypto.randomBytes(8)),
  });
  if (backup === undefined) throw new Error(`${path} is not there any more, or has not changed`);
  return backup;
}

/** `.bak` at the end, so that a kubelet that reads a directory of configurations does not read the backup too. */
export function backupName(clock: Clock): (path: string, attempt: number) => string {
  const time = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, "");
  return (path, attempt) => `${path}.${time}${attempt === 1 ? "" : `-${attempt}`}.bak`;
}
