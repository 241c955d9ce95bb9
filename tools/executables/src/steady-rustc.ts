import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { run } from "@imagecred/workspace";

const sources = join(import.meta.dirname, "../rustc");
const names = ["fixed-random.c", "rustc-wrapper"];

/** The wrapper's sources, for cache keys. */
export const steadyRustcSources: readonly string[] = names.map((name) =>
  readFileSync(join(sources, name), "utf8"),
);

/**
 * Puts a wrapper for rustc that makes its output the same in every run (see rustc/fixed-random.c) into cargo's target
 * directory, where a chroot sees it, too. Gives the wrapper's path below that directory.
 */
export function placeSteadyRustc(targetDirectory: string): string {
  const directory = join(targetDirectory, "steady-rustc");
  const library = join(directory, "fixed-random.so");
  if (!existsSync(library)) {
    mkdirSync(directory, { recursive: true });
    copyFileSync(join(sources, "rustc-wrapper"), join(directory, "rustc-wrapper"));
    chmodSync(join(directory, "rustc-wrapper"), 0o755);
    run("cc", ["-O2", "-shared", "-fPIC", "-o", `${library}.part`, join(sources, "fixed-random.c")]);
    renameSync(`${library}.part`, library);
  }
  return "steady-rustc/rustc-wrapper";
}
