import { type Bundle, commonOptions, type ProgramSource } from "@imagecred/build";
import { ROOT } from "@imagecred/workspace";
import { type BuildOptions, build } from "esbuild";
import { OLDEST_NODEJS } from "./nodejs-binary.ts";
import { type Program, versionOf } from "./programs.ts";
import { revision } from "./revision.ts";

/** One of our programs, bundled from the sources of all packages. */
export function sourceOf(program: Program): ProgramSource {
  return {
    entry: program.entry,
    root: ROOT,
    define: { IMAGECRED_VERSION: JSON.stringify(versionOf(program)), ...revisionConstants() },
    conditions: ["@imagecred/source"],
  };
}

/** The text that `imagecred --version` prints next to the version. */
function revisionConstants(): Readonly<Record<string, string>> {
  const found = revision();
  if (found === undefined) return {};
  return { IMAGECRED_COMMIT: JSON.stringify(found.commit), IMAGECRED_DATE: JSON.stringify(found.date) };
}

/**
 * Bundles `program` for npm into `directory`, where every supported Node.js runs it: ES modules, which are read when they
 * are needed. `main.js` starts it. @throws esbuild's BuildFailure
 */
export async function bundleNpm(program: Program, directory: string): Promise<Bundle> {
  return await bundleModules(program, directory, {
    // Libraries in CommonJS ask for Node.js's modules by it.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    target: `node${OLDEST_NODEJS.version}`,
  });
}

/** Bundles `program` for Node.js into `directory`: ES modules, one for each part that is imported dynamically. @throws esbuild's BuildFailure */
export async function bundleModules(
  program: Program,
  directory: string,
  options: Pick<BuildOptions, "banner"> & { readonly target: string },
): Promise<Bundle> {
  const source = sourceOf(program);
  const { metafile } = await build<BuildOptions & { metafile: true }>({
    ...commonOptions(source),
    ...options,
    chunkNames: "chunk-[hash]",
    conditions: [...(source.conditions ?? [])],
    format: "esm",
    mainFields: ["module", "main"],
    metafile: true,
    outdir: directory,
    platform: "node",
    splitting: true,
  });
  return { directory, entry: "main.js", metafile };
}
