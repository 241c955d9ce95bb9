#!/usr/bin/env node
import { statSync } from "node:fs";
import { join } from "node:path";
import { BuildError } from "./build-error.ts";
import { parseOptions, USAGE } from "./options.ts";
import { releasedPlatforms, runtimeFor, thisPlatform } from "./runtimes.ts";
import { buildStaticExecutable } from "./static-executable.ts";

/** Whether esbuild has already printed its errors. */
function isReported(error: unknown): boolean {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

try {
  const root = process.cwd();
  const options = parseOptions(process.argv.slice(2), root, releasedPlatforms());
  if (options === undefined) process.stdout.write(USAGE);
  else {
    const { entry, name, platforms, out } = options;
    const compiler = runtimeFor(thisPlatform());
    // Before anything is written: check that both runtimes exist and are of this release.
    const targets = platforms.map((platform) => ({ platform, target: runtimeFor(platform) }));
    for (const { platform, target } of targets) {
      const file = join(out, platform, name);
      await buildStaticExecutable({ entry, root }, { target, compiler }, file);
      process.stdout.write(`${file}  ${(statSync(file).size / 1e6).toFixed(2)} MB\n`);
    }
  }
} catch (error) {
  if (!(error instanceof BuildError || isReported(error))) throw error;
  if (error instanceof BuildError) process.stderr.write(`imagecred-build: ${error.message}\n`);
  process.exitCode = 1;
}
