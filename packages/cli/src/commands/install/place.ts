import type { Clock, Crypto } from "@imagecred/protocol";
import { CommandError, systemReason } from "../../errors.ts";
import { baseName, joinPath, parentOf } from "../../paths.ts";
import type { Disk } from "../../system/types.ts";
import { makeDirectories } from "./safety.ts";
import { sha256Hex } from "./sha256.ts";

/** One file to put in its place. */
export interface Placement {
  readonly role: "executable" | "config" | "node-file";
  readonly from: string;
  readonly to: string;
  readonly data: Uint8Array;
  readonly mode: number;
  readonly sha256: string;
}

export interface Placed {
  readonly role: Placement["role"];
  readonly from: string;
  readonly to: string;
  readonly sha256: string;
  readonly state: "installed" | "replaced" | "unchanged";
  /** Where the file that was there is kept. */
  readonly backup: string | null;
}

interface Tools {
  readonly disk: Disk;
  readonly crypto: Crypto;
  readonly clock: Clock;
}

const ROOT = 0;

/** Whether a file is there already, byte for byte, with root as its owner and its mode. */
export function stateOf(placement: Placement, disk: Disk): Placed["state"] {
  const status = disk.status(placement.to);
  if (status === undefined) return "installed";
  if (status.kind !== "file") {
    throw new CommandError(`${placement.to} is no file (it is a ${status.kind}); nothing was changed`);
  }
  const same =
    status.size === placement.data.length &&
    status.mode === placement.mode &&
    status.uid === ROOT &&
    equal(disk.read(placement.to, status.size + 1), placement.data);
  return same ? "unchanged" : "replaced";
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/**
 * Puts a file in its place so that at every moment either the old or the new one is there, whole: written beside it, on
 * the disk, read back and compared with its checksum, then renamed. What was there is kept under a name of its own.
 * @throws {CommandError}
 */
export function place(placement: Placement, tools: Tools): Placed {
  const { disk, crypto } = tools;
  const { role, from, to, data, mode, sha256 } = placement;
  const state = stateOf(placement, disk);
  if (state === "unchanged") return { role, from, to, sha256, state, backup: null };
  const directory = parentOf(to);
  makeDirectories(disk, directory);
  const temporary = joinPath(directory, `.${baseName(to)}.${randomName(crypto)}`);
  try {
    write(disk, temporary, data, mode);
    if (sha256Hex(crypto, disk.read(temporary, data.length + 1)) !== sha256) {
      throw new CommandError(`writing ${to}: what was read back is not what was written; check the disk`);
    }
    const backup = state === "replaced" ? keepBackup(to, tools) : null;
    disk.rename(temporary, to);
    disk.syncDirectory(directory);
    return { role, from, to, sha256, state, backup };
  } catch (error) {
    if (disk.status(temporary, "do-not-follow") !== undefined) disk.remove(temporary);
    if (error instanceof CommandError) throw error;
    throw new CommandError(`writing ${to}: ${systemReason(error)}`, { cause: error });
  }
}

function write(disk: Disk, path: string, data: Uint8Array, mode: number): void {
  disk.create(path, data, mode);
  disk.changeOwner(path, ROOT, ROOT);
}

/** `.bak` at the end, so that a kubelet that reads a directory of configurations does not read the backup too. */
function keepBackup(path: string, { disk, clock }: Tools): string {
  const status = disk.status(path);
  const data = disk.read(path, (status?.size ?? 0) + 1);
  const time = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, "");
  let backup = `${path}.${time}.bak`;
  for (let number = 2; disk.status(backup, "do-not-follow") !== undefined; number++) {
    backup = `${path}.${time}-${number}.bak`;
  }
  disk.create(backup, data, status?.mode ?? 0o600);
  disk.changeOwner(backup, status?.uid ?? ROOT, status?.gid ?? ROOT);
  return backup;
}

function randomName(crypto: Crypto): string {
  return Array.from(crypto.randomBytes(8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
