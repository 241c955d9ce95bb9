import { type Clock, type Crypto, hex } from "@imagecred/protocol";
import { CommandError, systemReason } from "../../errors.ts";
import { baseName, joinPath, parentOf } from "../../machine/paths.ts";
import type { FileSystem } from "../../runtime/types.ts";
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
  readonly fileSystem: FileSystem;
  readonly crypto: Crypto;
  readonly clock: Clock;
}

const ROOT = 0;

/** Whether a file is there already, byte for byte, with root as its owner and its mode. */
export function stateOf(placement: Placement, fileSystem: FileSystem): Placed["state"] {
  const status = fileSystem.status(placement.to);
  if (status === undefined) return "installed";
  if (status.kind !== "file") {
    throw new CommandError(`${placement.to} is no file (it is a ${status.kind}); nothing was changed`);
  }
  const same =
    status.size === placement.data.length &&
    status.mode === placement.mode &&
    status.uid === ROOT &&
    equal(fileSystem.read(placement.to, status.size + 1), placement.data);
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
  const { fileSystem, crypto } = tools;
  const { role, from, to, data, mode, sha256 } = placement;
  const state = stateOf(placement, fileSystem);
  if (state === "unchanged") return { role, from, to, sha256, state, backup: null };
  const directory = parentOf(to);
  makeDirectories(fileSystem, directory);
  const temporary = joinPath(directory, `.${baseName(to)}.${randomName(crypto)}`);
  try {
    write(fileSystem, temporary, data, mode);
    if (sha256Hex(crypto, fileSystem.read(temporary, data.length + 1)) !== sha256) {
      throw new CommandError(`writing ${to}: what was read back is not what was written; check the disk`);
    }
    const backup = state === "replaced" ? keepBackup(to, tools) : null;
    fileSystem.rename(temporary, to);
    fileSystem.syncDirectory(directory);
    return { role, from, to, sha256, state, backup };
  } catch (error) {
    if (fileSystem.status(temporary, "do-not-follow") !== undefined) fileSystem.remove(temporary);
    if (error instanceof CommandError) throw error;
    throw new CommandError(`writing ${to}: ${systemReason(error)}`, { cause: error });
  }
}

function write(fileSystem: FileSystem, path: string, data: Uint8Array, mode: number): void {
  fileSystem.create(path, data, mode);
  fileSystem.changeOwner(path, ROOT, ROOT);
}

/** `.bak` at the end, so that a kubelet that reads a directory of configurations does not read the backup too. */
function keepBackup(path: string, { fileSystem, clock }: Tools): string {
  const status = fileSystem.status(path);
  const data = fileSystem.read(path, (status?.size ?? 0) + 1);
  const time = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, "");
  let backup = `${path}.${time}.bak`;
  for (let number = 2; fileSystem.status(backup, "do-not-follow") !== undefined; number++) {
    backup = `${path}.${time}-${number}.bak`;
  }
  fileSystem.create(backup, data, status?.mode ?? 0o600);
  fileSystem.changeOwner(backup, status?.uid ?? ROOT, status?.gid ?? ROOT);
  return backup;
}

function randomName(crypto: Crypto): string {
  return hex(crypto.randomBytes(8));
}
