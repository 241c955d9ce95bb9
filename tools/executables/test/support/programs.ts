import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Runtime } from "../../src/bundle.ts";
import type { Executable } from "../../src/executables.ts";
import { hostFor, missingForHost } from "../../src/host.ts";
import { buildNode, missingForNode } from "../../src/node-sea.ts";
import { ownPlatform } from "../../src/platforms.ts";
import { buildStatic } from "../../src/static.ts";

const directory = join(import.meta.dirname, "../programs");
const platform = ownPlatform();
/** The host that ships, unless somebody is working on it. */
const profile = process.env["IMAGECRED_TEST_HOST"] === "fast" ? "fast" : "release";

export const runtimes: readonly Runtime[] = ["static", "node"];

/** Why executables of that kind cannot be made here, or false. */
export function missing(runtime: Runtime): string | false {
  return (runtime === "static" ? missingForHost(platform) : missingForNode()) ?? false;
}

/** A directory that is gone when this process is. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "imagecred-test-"));
  process.once("exit", () => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The test program `programs/<name>.ts`, as the build sees a plugin. */
export function program(name: string, fileName = name): Executable {
  const entry = join(directory, `${name}.ts`);
  if (!existsSync(entry)) throw new Error(`no test program ${entry}`);
  return { name: fileName, short: name, directory, entry, browserFields: false };
}

/** Path of the host executable, without a program. */
export function host(): string {
  return hostFor(platform, profile);
}

/** Builds a test program into `out`, as the real build does. */
export async function build(executable: Executable, runtime: Runtime, out: string): Promise<string> {
  if (runtime === "static") await buildStatic(executable, host(), host(), out);
  else await buildNode(executable, platform, out);
  return out;
}
