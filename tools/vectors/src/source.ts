import { mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** An unpacked source package, or the reason why there is none. */
export type Source =
  | { readonly directory: string; readonly missing?: undefined }
  | { readonly directory: ""; readonly missing: string };

const CACHE = join(process.env["IMAGECRED_CACHE"] || join(homedir(), ".cache", "imagecred"), "vectors");

/**
 * A directory of the cache, made by `fill` when it is not there yet.
 * @param fill writes into the directory that it gets; what it throws becomes the reason
 */
export function cached(name: string, fill: (directory: string) => void): string {
  const directory = join(CACHE, name);
  const unfinished = `${directory}.${process.pid}`;
  mkdirSync(dirname(unfinished), { recursive: true });
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished);
  try {
    fill(unfinished);
    // Two test files may fetch at the same time: the second finds the directory there.
    renameSync(unfinished, directory);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return directory;
}

/** Where {@link cached} keeps a name. */
export function cachePath(name: string): string {
  return join(CACHE, name);
}
