import { destination, parentOf, SystemError, type Written, writeAtomically } from "@imagecred/node";
import { hex } from "@imagecred/protocol";
import { CommandError, systemReason } from "../../errors.ts";
import { backupName } from "../../machine/replace-file.ts";
import type { Platform } from "../../runtime/types.ts";
import { makeDirectories, systemDoes, type Target } from "./target.ts";

/** One file to put in its place. */
export interface Placement {
  readonly role: "executable" | "config" | "node-file";
  readonly from: string;
  /** On the installed system, without its root. */
  readonly to: string;
  readonly data: Uint8Array;
  /** Of a new file; a file that is replaced keeps a narrower one. */
  readonly mode: number;
  /** Bits that it must have whatever it had before. */
  readonly needs: number;
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

const ROOT = { uid: 0, gid: 0 };

/** What would become of a file: whether it is there already, byte for byte, with root as its owner and its mode. */
export function stateOf(placement: Placement, target: Target): Placed["state"] {
  const { files } = target;
  const { to, data, mode, needs } = placement;
  return systemDoes(files.outside(to), () => {
    const status = files.status(to);
    if (status === undefined) return "installed";
    if (status.kind !== "file") {
      throw new CommandError(`${files.outside(to)} is not a file (it is a ${status.kind})`);
    }
    const same =
      status.size === data.length &&
      status.mode === ((status.mode & mode) | needs) &&
      status.uid === ROOT.uid &&
      equal(files.read(to, status.size + 1), data);
    return same ? "unchanged" : "replaced";
  });
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/**
 * Puts all files in their places, in order, each so that at every moment either the old or the new one is there, whole.
 * When one fails, those before it are put back as they were.
 * @throws {CommandError} that says which file failed, and whether anything is left changed
 */
export function placeAll(
  placements: readonly Placement[],
  target: Target,
  platform: Platform,
): readonly Placed[] {
  const undo: { readonly path: string; readonly run: () => void }[] = [];
  const placed: Placed[] = [];
  for (const placement of placements) {
    try {
      placed.push(placeOne(placement, target, platform, undo));
    } catch (error) {
      const kept = undo.reverse().filter(({ run }) => !attempt(run));
      const after =
        kept.length > 0
          ? `these stay changed: ${kept.map(({ path }) => path).join(", ")}`
          : undo.length > 0
            ? "what had been changed was put back"
            : "nothing was changed";
      const reason = error instanceof CommandError ? error.message : systemReason(error);
      throw new CommandError(`writing ${target.files.outside(placement.to)}: ${reason}; ${after}`, {
        cause: error,
      });
    }
  }
  return placed;
}

function attempt(run: () => void): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}

function placeOne(
  placement: Placement,
  target: Target,
  { fileSystem, crypto, clock }: Platform,
  undo: { readonly path: string; readonly run: () => void }[],
): Placed {
  const { role, from, to, data, mode, needs, sha256 } = placement;
  const { files, root } = target;
  makeDirectories(target, parentOf(to));
  // A link at the place itself is followed within the root: the file that it leads to is replaced, not the link.
  const { path } = destination(fileSystem, root, to);
  const before = fileSystem.status(path, "do-not-follow");
  if (before !== undefined && before.kind !== "file") throw new SystemError("EINVAL", path);
  const old = before === undefined ? undefined : fileSystem.read(path, before.size + 1);
  const unique = hex(crypto.randomBytes(8));
  const write = (content: Uint8Array, bits: number, owner: { uid: number; gid: number }): Written =>
    writeAtomically(fileSystem, { path, data: content, mode: bits, needs: bits & needs, owner, unique });
  const written = writeAtomically(fileSystem, {
    path,
    data,
    mode,
    needs,
    owner: ROOT,
    backupName: backupName(clock),
    unique,
  });
  const shown = files.outside(to);
  if (written.state === "unchanged")
    return { role, from, to: shown, sha256, state: "unchanged", backup: null };
  undo.push({
    path: shown,
    run: () => {
      if (before === undefined || old === undefined) fileSystem.remove(path);
      else write(old, before.mode, before);
      if (written.backup !== undefined) fileSystem.remove(written.backup);
    },
  });
  return {
    role,
    from,
    to: shown,
    sha256,
    state: written.state === "created" ? "installed" : "replaced",
    backup: written.backup ?? null,
  };
}
