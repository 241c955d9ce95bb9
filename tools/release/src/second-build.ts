import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { CACHE, run } from "@imagecred/workspace";
import { type Flavor, suffixOf } from "./assets.ts";
import { takeOver } from "./handover.ts";
import type { Built } from "./tree.ts";

const MAIN = join(import.meta.dirname, "main.ts");

/** Downloads and tools, which are not builds of ours: the second build may have them from the first one's cache. */
const NOT_BUILT_HERE = ["cross", "node", "python", "release-tools"];

/**
 * Builds a flavor again in a process of its own with a cache that holds nothing that we compiled: the static runtime is
 * compiled a second time, too. @returns what came out @throws with what the build said
 */
export function buildFromNothing(flavor: Flavor, scratch: string): readonly Built[] {
  const cache = join(scratch, "cache");
  mkdirSync(cache, { recursive: true });
  for (const name of NOT_BUILT_HERE) {
    if (existsSync(join(CACHE, name)) && !existsSync(join(cache, name)))
      symlinkSync(join(CACHE, name), join(cache, name));
  }
  const directory = join(scratch, "second");
  const args = [MAIN, "--only", suffixOf(flavor), "--once", "--strict", "--executables", directory];
  run(process.execPath, [...process.execArgv, ...args], { env: { IMAGECRED_CACHE: cache } });
  return takeOver(directory).filter((built) => suffixOf(built.flavor) === suffixOf(flavor));
}
