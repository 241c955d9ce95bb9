import type { Files } from "./files.ts";
import { type Step, walk } from "./walk.ts";

/** Why somebody other than root could exchange what is at a path. */
export interface UnsafeEntry {
  /** The entry at fault, below the root. */
  readonly path: string;
  readonly fault:
    | { readonly kind: "owner"; readonly uid: number }
    | { readonly kind: "everybody-writes"; readonly mode: number }
    | { readonly kind: "group-writes"; readonly gid: number; readonly mode: number }
    | { readonly kind: "link-owner"; readonly uid: number; readonly target: string }
    | { readonly kind: "not-a-directory"; readonly is: string };
}

const OTHERS_WRITE = 0o002;
const GROUP_WRITE = 0o020;
const STICKY = 0o1000;
const ROOT = 0;

/**
 * The first entry on the way to a directory that somebody other than root could change, undefined where there is none: every
 * directory of the path as given and of every link's target, and every link itself, must belong to root and be writable by
 * root only (root's group aside). A path whose end does not exist yet is judged by what exists of it.
 * @throws {Error} of the system, ELOOP among them
 */
export function unsafeDirectory(files: Files, root: string, directory: string): UnsafeEntry | undefined {
  for (const step of walk(files, root, directory)) {
    const fault = directoryFault(files, step);
    if (fault !== undefined) return { path: step.inside, fault };
  }
  return undefined;
}

/**
 * The same for a file that is there: its directories, links on the way, and the file itself. Root may run a file for which
 * this is undefined. A directory with the sticky bit (/tmp) may be everybody's: what root owns in it, no other user can
 * exchange (unlink(2)). @throws {Error} of the system
 */
export function unsafeFile(files: Files, root: string, path: string): UnsafeEntry | undefined {
  for (const step of walk(files, root, path)) {
    const fault = step.status?.kind === "file" ? ownershipFault(step.status) : directoryFault(files, step);
    const sticky = step.status?.uid === ROOT && (step.status.mode & STICKY) !== 0;
    if (fault !== undefined && !sticky) return { path: step.inside, fault };
  }
  return undefined;
}

/** The fault in words: `/opt belongs to user 1000`, `/srv can be written by everybody (mode 0777)`. */
export function describeUnsafe({ path, fault }: UnsafeEntry): string {
  const octal = (mode: number) => mode.toString(8).padStart(4, "0");
  switch (fault.kind) {
    case "owner":
      return `${path} belongs to user ${fault.uid}`;
    case "everybody-writes":
      return `${path} can be written by everybody (mode ${octal(fault.mode)})`;
    case "group-writes":
      return `${path} can be written by group ${fault.gid} (mode ${octal(fault.mode)})`;
    case "link-owner":
      return `${path} is a link to ${fault.target} that belongs to user ${fault.uid}`;
    case "not-a-directory":
      return `${path} is a ${fault.is}, not a directory`;
  }
}

function directoryFault(files: Files, { status, path }: Step): UnsafeEntry["fault"] | undefined {
  if (status === undefined) return undefined;
  if (status.kind === "symlink") {
    if (status.uid === ROOT) return undefined;
    return { kind: "link-owner", uid: status.uid, target: files.readLink(path) };
  }
  if (status.kind !== "directory") return { kind: "not-a-directory", is: status.kind };
  return ownershipFault(status);
}

function ownershipFault(status: {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}): UnsafeEntry["fault"] | undefined {
  const { uid, gid, mode } = status;
  if (uid !== ROOT) return { kind: "owner", uid };
  if ((mode & OTHERS_WRITE) !== 0) return { kind: "everybody-writes", mode };
  if ((mode & GROUP_WRITE) !== 0 && gid !== ROOT) return { kind: "group-writes", gid, mode };
  return undefined;
}
