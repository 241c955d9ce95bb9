import { join } from "node:path";
import { directoryName, ownPlatform, ROOT, type Runtime, run } from "@imagecred/workspace";

/** A separate process, so that the build's output stays out of the demo's. */
const BUILD = join(ROOT, "tools/executables/src/main.ts");

/**
 * Builds the three plugins into `directory` and returns their directory. Static when the static runtime is in the cache
 * (`npm run build` compiles it, in minutes); otherwise Node.js single executables.
 */
export function buildPlugins(directory: string): { readonly binDir: string; readonly runtime: Runtime } {
  for (const runtime of ["static", "nodejs"] as const) {
    if (build(directory, runtime))
      return { binDir: join(directory, directoryName(ownPlatform(), runtime)), runtime };
  }
  throw new Error("the plugins could not be built");
}

function build(directory: string, runtime: Runtime): boolean {
  const what = ["--only", "ecr,acr,gcr", "--runtime", runtime, "--out", directory, "--cached-runtime"];
  const stdout = run(process.execPath, ["--conditions=@imagecred/source", BUILD, ...what]);
  return !/skipped/.test(stdout);
}
