import { statSync } from "node:fs";
import { join, relative } from "node:path";
import type { Metafile } from "esbuild";
import { report } from "./analyze.ts";
import type { Runtime } from "./bundle.ts";
import { type Executable, exists } from "./executables.ts";
import { hostFor, hostIsCached, missingForHost } from "./host.ts";
import { buildNode, missingForNode } from "./node-sea.ts";
import type { BuildOptions } from "./options.ts";
import { fileName, ownPlatform } from "./platforms.ts";
import { BuildError, say } from "./say.ts";
import { buildStatic } from "./static.ts";

type Builder = (executable: Executable, out: string) => Promise<Metafile>;

/**
 * Builds what `options` ask for and this machine can build; says what it leaves out, and why.
 * @throws {BuildError} at the end, when an executable could not be built
 */
export async function buildAll(options: BuildOptions): Promise<void> {
  const failures: string[] = [];
  for (const runtime of options.runtimes) {
    const builder = prepare(runtime, options);
    if (builder === undefined) continue;
    const directory = join(options.out, options.platform.name + (runtime === "node" ? "-node" : ""));
    for (const executable of options.only) {
      if (!exists(executable)) {
        say(`${executable.name}: skipped, ${relative(".", executable.entry)} does not exist`);
        continue;
      }
      const out = join(directory, fileName(executable.name, options.platform));
      const started = performance.now();
      try {
        const metafile = await builder(executable, out);
        const megabytes = (statSync(out).size / 1e6).toFixed(2);
        say(`${relative(".", out)}  ${megabytes} MB  (${Math.round(performance.now() - started)} ms)`);
        if (options.analyze) say(report(metafile));
      } catch (error) {
        // The others may be fine, and somebody may be waiting for them.
        failures.push(
          `${runtime} ${executable.name}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  }
  if (failures.length > 0) throw new BuildError(failures.join("\n"));
}

function prepare(runtime: Runtime, options: BuildOptions): Builder | undefined {
  const { platform, hostProfile } = options;
  const missing = runtime === "static" ? missingForStatic(options) : missingForNode();
  if (missing !== undefined) {
    say(`${runtime} executables skipped: ${missing}`);
    return undefined;
  }
  if (runtime === "node") return (executable, out) => buildNode(executable, platform, out);
  const host = hostFor(platform, hostProfile);
  const own = ownPlatform();
  const compiler = own === platform ? host : hostFor(own, hostProfile);
  return (executable, out) => buildStatic(executable, host, compiler, out);
}

function missingForStatic({ platform, hostProfile, cachedHost }: BuildOptions): string | undefined {
  const missing = missingForHost(platform);
  if (missing !== undefined || !cachedHost || hostIsCached(platform, hostProfile)) return missing;
  return "their runtime is not compiled yet (npm run build does it, in minutes)";
}
