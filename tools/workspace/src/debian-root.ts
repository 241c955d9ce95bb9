import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "./paths.ts";
import { needsRoot, run } from "./programs.ts";

const SCRIPT = join(import.meta.dirname, "../chroot/make-debian");

/** A root directory of Debian to chroot into: the required packages (debootstrap's minbase) and these. */
export interface DebianRoot {
  readonly suite: "stable" | "sid";
  readonly packages: readonly string[];
}

/** Where the root directory is in the cache, whether it has been made or not. Its name depends on all that goes in. */
export function debianRootPath({ suite, packages }: DebianRoot): string {
  const key = createHash("sha256")
    .update(readFileSync(SCRIPT))
    .update(`\0${packages.join("\0")}`);
  return join(CACHE, "debian", `${suite}-${key.digest("hex").slice(0, 16)}`);
}

/** Why the root directory is not in the cache and cannot be made here, or undefined. */
export function whyNoDebianRoot(root: DebianRoot): string | undefined {
  const reason = needsRoot("chroot", "mount", ...(existsSync(debianRootPath(root)) ? [] : ["debootstrap"]));
  return reason === false ? undefined : reason;
}

/** Makes the root directory unless the cache has it: minutes. @returns its path @throws {ToolError} with apt's output */
export function debianRoot(root: DebianRoot): string {
  const path = debianRootPath(root);
  if (!existsSync(path)) run("nice", [SCRIPT, root.suite, path, ...root.packages]);
  return path;
}
