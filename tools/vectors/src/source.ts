import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { CACHE, placeDirectory } from "@imagecred/workspace";

/** An unpacked source package, or the reason why it is missing. */
export type Source =
  | { readonly directory: string; readonly missing?: undefined }
  | { readonly directory: ""; readonly missing: string };

const VECTORS = join(CACHE, "vectors");

/**
 * A cache directory, which `fill` creates if it does not exist yet.
 * @param fill writes into the given directory; its error becomes the reason
 */
export function cached(name: string, fill: (directory: string) => void): string {
  const directory = join(VECTORS, name);
  const unfinished = `${directory}.${process.pid}`;
  mkdirSync(dirname(unfinished), { recursive: true });
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished);
  try {
    fill(unfinished);
    placeDirectory(unfinished, directory);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return directory;
}

/** The path where {@link cached} stores a name. */
export function cachePath(name: string): string {
  return join(VECTORS, name);
}
