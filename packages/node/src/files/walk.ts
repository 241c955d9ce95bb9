import type { FileStatus, Files } from "./files.ts";
import { joinPath } from "./paths.ts";
import { SystemError } from "./system-error.ts";

/** Linux: PATH_MAX without the final NUL, NAME_MAX, and MAXSYMLINKS of path_resolution(7). */
const LONGEST_PATH_BYTES = 4095;
const LONGEST_NAME_BYTES = 255;
const MOST_LINKS = 40;

/** One directory entry in a path. */
export interface Step {
  /** Its path for this process: `/mnt/image/etc`. */
  readonly path: string;
  /** Its path for a process in the root: `/etc`. */
  readonly inside: string;
  /** The entry itself, not a link's target; undefined if it does not exist. */
  readonly status: FileStatus | undefined;
}

/** The end of a walk. */
export interface Destination {
  readonly path: string;
  readonly inside: string;
  /** Names after the first entry that does not exist: `["b", "c"]` for `/a/b/c` if there is no `/a`. */
  readonly missing: readonly string[];
  readonly exists: boolean;
}

/**
 * Resolves a path entry by entry, as for a process chrooted to `root` (path_resolution(7)). An absolute link is resolved from
 * the root, and `..` at the root stays there, so no step is outside the root. The root itself is the first step. The walk
 * ends at the first entry that does not exist.
 * @param links whether a link at the end of the path is followed
 * @throws {Error} with code ELOOP after 40 links, ENAMETOOLONG, ENOTDIR, or another error of the system
 */
export function* walk(
  files: Files,
  root: string,
  path: string,
  links: "follow" | "do-not-follow" = "follow",
): Generator<Step, Destination> {
  refuseLong(path);
  const rest = parts(path);
  const at: string[] = [];
  let followed = 0;
  yield { path: root, inside: "/", status: files.status(root) };
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === "..") at.pop();
    if (name === ".." || name === ".") continue;
    const here = joinPath(root, ...at, name);
    const inside = `/${[...at, name].join("/")}`;
    const status = files.status(here, "do-not-follow");
    yield { path: here, inside, status };
    if (status === undefined) return { path: here, inside, missing: rest, exists: false };
    if (status.kind === "symlink" && (rest.length > 0 || links === "follow")) {
      if (++followed > MOST_LINKS) throw new SystemError("ELOOP", path);
      const target = files.readLink(here);
      refuseLong(target);
      if (target.startsWith("/")) at.length = 0;
      rest.unshift(...parts(target));
    } else if (rest.length > 0 && status.kind !== "directory") {
      throw new SystemError("ENOTDIR", inside);
    } else {
      at.push(name);
    }
  }
  return { path: joinPath(root, ...at), inside: `/${at.join("/")}`, missing: [], exists: true };
}

/** The end of a {@link walk}. */
export function destination(
  files: Files,
  root: string,
  path: string,
  links: "follow" | "do-not-follow" = "follow",
): Destination {
  const steps = walk(files, root, path, links);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Keeps `.` or a slash at the end as `.`, because the entry before it must be a directory. */
function parts(path: string): string[] {
  const names = path.split("/").filter((part) => part !== "");
  return path.endsWith("/") && names.length > 0 ? [...names, "."] : names;
}

function refuseLong(path: string): void {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  if (bytes(path) > LONGEST_PATH_BYTES || path.split("/").some((name) => bytes(name) > LONGEST_NAME_BYTES)) {
    throw new SystemError("ENAMETOOLONG", path);
  }
}
