import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownPlatform, type Runtime } from "@imagecred/workspace";
import { buildExecutable, whyNot } from "../build-executable.ts";
import { PROFILES } from "../cargo.ts";
import type { Program } from "../programs.ts";
import { staticRuntimeFor } from "../static-runtime.ts";

const directory = join(import.meta.dirname, "programs");
const platform = ownPlatform();
/** The runtime that ships, unless IMAGECRED_TEST_PROFILE asks for the one that links in seconds, or the sanitized one. */
const profile = PROFILES.find((name) => name === process.env["IMAGECRED_TEST_PROFILE"]) ?? "release";

/** Why executables of a runtime cannot be built here, or false. */
export function missing(runtime: Runtime): string | false {
  return whyNot(runtime, platform) ?? false;
}

/** A directory that is deleted when this process ends. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "imagecred-test-"));
  process.once("exit", () => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The test program `programs/<name>.ts`, as the build sees a plugin. */
export function program(name: string, fileName = name): Program {
  const entry = join(directory, `${name}.ts`);
  if (!existsSync(entry)) throw new Error(`no test program ${entry}`);
  return { name: fileName, short: name, directory, entry };
}

/** Path of the static runtime, without a program. */
export function staticRuntime(): string {
  return staticRuntimeFor(platform, profile);
}

/** Builds a test program into `out`, as the real build does. */
export async function build(program: Program, runtime: Runtime, out: string): Promise<string> {
  await buildExecutable(program, runtime, platform, out, profile);
  return out;
}
