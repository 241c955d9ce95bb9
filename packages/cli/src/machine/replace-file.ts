import { writeAtomically } from "@imagecred/node";
import { type Clock, hex } from "@imagecred/protocol";
import type { Platform } from "../runtime/types.ts";

/** Mode of a new file that never narrows the mode of an existing one. */
const ALL_BITS = 0o777;

/**
 * Replaces a file's content atomically, keeps owner and mode, and writes a backup next to it. If the path is a link, its
 * target is replaced.
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
  if (backup === undefined) throw new Error(`${path} no longer exists, or has not changed`);
  return backup;
}

/** Names of backups. They end in `.bak`, so that a kubelet that reads a directory of configurations ignores them. */
export function backupName(clock: Clock): (path: string, attempt: number) => string {
  const time = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, "");
  return (path, attempt) => `${path}.${time}${attempt === 1 ? "" : `-${attempt}`}.bak`;
}
