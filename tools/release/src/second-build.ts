import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Flavor, suffixOf } from "./assets.ts";
import { takeOver } from "./handover.ts";
import type { Built } from "./tree.ts";

const MAIN = join(import.meta.dirname, "main.ts");

/** What is fetched or is a tool, and no build of ours: the second build may have it from the first one's cache. */
const NOT_BUILT_HERE = ["cross", "node", "python", "release-tools"];

/**
 * Builds a flavor again in a process of its own with a cache that holds nothing that we compiled: the static runtime is
 * compiled a second time, too. @returns what came out @throws with what the build said
 */
export function buildFromNothing(flavor: Flavor, scratch: string): readonly Built[] {
  const cache = join(scratch, "cache");
  mkdirSync(cache, { recursive: true });
  const first = process.env["IMAGECRED_CACHE"] || join(homedir(), ".cache", "imagecred");
  for (const name of NOT_BUILT_HERE) {
    if (existsSync(join(first, name)) && !existsSync(join(cache, name)))
      symlinkSync(join(first, name), join(cache, name));
  }
  const directory = join(scratch, "second");
  const args = [MAIN, "--only", suffixOf(flavor), "--once", "--strict", "--executables", directory];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...process.execArgv, ...args], {
    encoding: "utf8",
    env: { ...process.env, IMAGECRED_CACHE: cache },
    maxBuffer: 64 << 20,
  });
  if (status !== 0) throw new Error(`building ${suffixOf(flavor)} a second time: ${stdout}${stderr}`);
  return takeOver(directory).filter((built) => suffixOf(built.flavor) === suffixOf(flavor));
}
