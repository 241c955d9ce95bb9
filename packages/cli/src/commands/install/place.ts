import { type AtomicWrite, type RootedWritableFiles, wouldWrite, writeAtomically } from "@imagecred/node";
import type { Clock, Crypto } from "@imagecred/protocol";
import { CommandError, systemReason } from "../../errors.ts";
import { parentOf } from "../../machine/paths.ts";
import { makeDirectories } from "./safety.ts";

/** One file to put in its place. */
export interface Placement {
  readonly role: "executable" | "config" | "node-file";
  /** Where the bytes were read, for the summary. */
  readonly from: string;
  /** Path below the root. */
  readonly to: string;
  readonly data: Uint8Array;
  readonly mode: number;
  readonly sha256: string;
}

export interface Placed {
  readonly role: Placement["role"];
  readonly from: string;
  /** Path on this machine. */
  readonly to: string;
  readonly sha256: string;
  readonly state: "installed" | "replaced" | "unchanged";
  /** Where the file that was there is kept. */
  readonly backup: string | null;
}

interface Tools {
  /** Files below the root. */
  readonly files: RootedWritableFiles;
  readonly crypto: Crypto;
  readonly clock: Clock;
}

const ROOT = { uid: 0, gid: 0 };
/** Whatever was there: root runs it. */
const RUNNABLE = 0o500;

/** What {@link place} would do. @throws {CommandError} */
export function stateOf(placement: Placement, files: RootedWritableFiles): Placed["state"] {
  try {
    const state = wouldWrite(files, { ...contentOf(placement), path: targetOf(placement, files) });
    return state === "created" ? "installed" : state;
  } catch (error) {
    throw failure(placement, files, error);
  }
}

/**
 * Puts a file in its place so that at every moment either the old or the new one is there, whole; what was there is kept
 * under a name of its own. Links are followed below the root. @throws {CommandError}
 */
export function place(placement: Placement, { files, crypto, clock }: Tools): Placed {
  const { role, from, sha256 } = placement;
  try {
    makeDirectories(files, parentOf(placement.to));
    const path = targetOf(placement, files);
    const time = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, "");
    const written = writeAtomically(files, {
      ...contentOf(placement),
      path,
      unique: randomName(crypto),
      // `.bak` at the end, so that a kubelet that reads a directory of configurations does not read the backup too.
      backupName: (name, attempt) => `${name}.${time}${attempt === 1 ? "" : `-${attempt}`}.bak`,
    });
    return {
      role,
      from,
      to: files.outside(placement.to),
      sha256,
      state: written.state === "created" ? "installed" : written.state,
      backup: written.backup === undefined ? null : files.outside(written.backup),
    };
  } catch (error) {
    throw failure(placement, files, error);
  }
}

function contentOf({ role, data, mode }: Placement): Pick<AtomicWrite, "data" | "mode" | "owner" | "needs"> {
  return { data, mode, owner: ROOT, ...(role === "executable" ? { needs: RUNNABLE } : {}) };
}

/** Where a link at the place leads, below the root. @throws {CommandError} for one that leads nowhere */
function targetOf({ to }: Placement, files: RootedWritableFiles): string {
  if (files.status(to) !== undefined) return files.realPath(to);
  if (files.status(to, "do-not-follow") === undefined) return to;
  throw new CommandError(
    `${files.outside(to)} is a link to something that does not exist; remove it or make its target`,
  );
}

function failure({ to }: Placement, files: RootedWritableFiles, error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const kind = files.status(to, "do-not-follow")?.kind;
  if (code === "EINVAL" && kind !== "file") {
    return new CommandError(`${files.outside(to)} is no file (it is a ${kind ?? "thing"}); move it away`);
  }
  return new CommandError(`writing ${files.outside(to)}: ${systemReason(error)}`, { cause: error });
}

function randomName(crypto: Crypto): string {
  return Array.from(crypto.randomBytes(8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
