import { statSync } from "node:fs";
import { join, relative } from "node:path";
import { directoryName, fileName, Progress, type Runtime, ToolError } from "@imagecred/workspace";
import { report } from "./analyze.ts";
import { buildExecutable, whyNot } from "./build-executable.ts";
import type { BuildOptions } from "./options.ts";
import { say } from "./say.ts";
import { staticRuntimeIsCached } from "./static-runtime.ts";

/**
 * Builds what `options` ask for and this machine can build; says what it leaves out, and why.
 * @throws {ToolError} at the end, when an executable could not be built
 */
export async function buildAll(options: BuildOptions): Promise<void> {
  const { platform, profile } = options;
  const failures: string[] = [];
  const chosen = options.runtimes.filter((runtime) => {
    const missing = missingFor(runtime, options);
    if (missing !== undefined) say(`${runtime} executables skipped: ${missing}`);
    return missing === undefined;
  });
  const progress = new Progress(chosen.length * options.only.length);
  for (const runtime of chosen) {
    const directory = join(options.out, directoryName(platform, runtime));
    for (const program of options.only) {
      const out = join(directory, fileName(program.name, platform));
      const end = progress.step(relative(".", out));
      try {
        const metafile = await buildExecutable(program, runtime, platform, out, profile);
        const megabytes = (statSync(out).size / 1e6).toFixed(2);
        end(`${megabytes} MB`);
        if (options.analyze) say(report(metafile));
      } catch (error) {
        // The other executables may still build.
        end("failed");
        failures.push(`${runtime} ${program.name}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  if (failures.length > 0) throw new ToolError(failures.join("\n"));
}

function missingFor(runtime: Runtime, options: BuildOptions): string | undefined {
  const { platform, profile, cachedRuntime } = options;
  const missing = whyNot(runtime, platform);
  if (missing !== undefined || runtime !== "static" || !cachedRuntime) return missing;
  if (staticRuntimeIsCached(platform, profile)) return undefined;
  return "their runtime is not compiled yet (npm run build does it, in minutes)";
}
