import { existsSync, renameSync, rmSync } from "node:fs";

/** What `rename` fails with where a directory with files in it is in the place (rename(2)). */
const TAKEN = ["ENOTEMPTY", "EEXIST"];

/**
 * Moves a finished directory to its place in a cache. Where another process was quicker, its directory stays, and this one is
 * removed: both were made of the same. @throws what `rename` fails with for another reason
 */
export function placeDirectory(finished: string, place: string): void {
  try {
    renameSync(finished, place);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!TAKEN.includes(code) || !existsSync(place)) throw error;
    rmSync(finished, { recursive: true, force: true });
  }
}
