import type { FileStatus, Files } from "./files.ts";
import { joinPath } from "./paths.ts";
import { SystemError } from "./system-error.ts";

/** Linux: PATH_MAX without the final NUL, NAME_MAX, and MAXSYMLINKS of path_resolution(7). */
const LONGEST_PATH_BYTES = 4095;
const LONGEST_NAME_BYTES = 255;
const MOST_LINKS = 40;

/** One directory entry that lies on the way to a path. */
export interface Step {
  /** Where it is for us: `/mnt/image/etc`. */
  readonly path: string;
  /** Where it is for a process below the root: `/etc`. */
  readonly inside: string;
  /** The entry itself, never a link's target; undefined where there is nothing. */
  readonly status: FileStatus | undefined;
}

/** Where a walk ended. */
export interface Destination {
  readonly path: string;
  readonly inside: string;
  /** Names behind the first entry that does not exist: `["b", "c"]` for `/a/b/c` where there is no `/a`. */
  readonly missing: readonly string[];
  readonly exists: boolean;
}

/**
 * Walks to a path as a process that is chrooted to `root` would (path_resolution(7)): one entry after the other, links
 * read one by one; an absolute link begins again at the root and `..` at the root stays there, so no step is ever outside.
 * The root itself is the first step. The walk ends at the first entry that does not exist.
 * @param links whether a link at the end of the path is followed
 * @throws {Error} with code ELOOP after 40 links, ENAMETOOLONG, ENOTDIR, or whatever the system says
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

/** `.` and a slash at the end are kept, as `.`: what is before them has to be a directory. */
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
