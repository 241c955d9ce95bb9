import type { Files } from "./files.ts";
import { type Step, walk } from "./walk.ts";

/** Why users other than root could replace a file or directory. */
export interface UnsafeEntry {
  /** The unsafe entry, as a path below the root. */
  readonly path: string;
  readonly fault:
    | { readonly kind: "owner"; readonly uid: number }
    | { readonly kind: "world-writable"; readonly mode: number }
    | { readonly kind: "group-writable"; readonly gid: number; readonly mode: number }
    | { readonly kind: "link-owner"; readonly uid: number; readonly target: string }
    | { readonly kind: "not-a-directory"; readonly is: string };
}

const OTHERS_WRITE = 0o002;
const GROUP_WRITE = 0o020;
const STICKY = 0o1000;
const ROOT = 0;

/**
 * The first entry in a directory's path that users other than root could change; undefined if there is none. Every directory
 * of the path and of every link's target, and every link itself, must belong to root and be writable only by root and root's
 * group. For a path that does not exist yet, the existing part is checked.
 * @throws {Error} of the system, such as ELOOP
 */
export function unsafeDirectory(files: Files, root: string, directory: string): UnsafeEntry | undefined {
  for (const step of walk(files, root, directory)) {
    const fault = directoryFault(files, step);
    if (fault !== undefined) return { path: step.inside, fault };
  }
  return undefined;
}

/**
 * The same for an existing file: its directories, the links in its path, and the file itself. Root can run a file for which
 * this returns undefined. A directory with the sticky bit (/tmp) may be writable by all users: they cannot replace files of
 * root in it (unlink(2)). @throws {Error} of the system
 */
export function unsafeFile(files: Files, root: string, path: string): UnsafeEntry | undefined {
  for (const step of walk(files, root, path)) {
    const fault = step.status?.kind === "file" ? ownershipFault(step.status) : directoryFault(files, step);
    const sticky = step.status?.uid === ROOT && (step.status.mode & STICKY) !== 0;
    if (fault !== undefined && !sticky) return { path: step.inside, fault };
  }
  return undefined;
}

/** The fault in words: `/opt belongs to user 1000`, `/srv is writable by all users (mode 0777)`. */
export function describeUnsafe({ path, fault }: UnsafeEntry): string {
  const octal = (mode: number) => mode.toString(8).padStart(4, "0");
  switch (fault.kind) {
    case "owner":
      return `${path} belongs to user ${fault.uid}`;
    case "world-writable":
      return `${path} is writable by all users (mode ${octal(fault.mode)})`;
    case "group-writable":
      return `${path} is writable by group ${fault.gid} (mode ${octal(fault.mode)})`;
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
  if ((mode & OTHERS_WRITE) !== 0) return { kind: "world-writable", mode };
  if ((mode & GROUP_WRITE) !== 0 && gid !== ROOT) return { kind: "group-writable", gid, mode };
  return undefined;
}
