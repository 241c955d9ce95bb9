import { readFileSync } from "node:fs";
import { join } from "node:path";
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

/** What `imagecred --version` says beside the version. */
function revisionConstants(): Readonly<Record<string, string>> {
  const found = revision();
  if (found === undefined) return {};
  return { IMAGECRED_COMMIT: JSON.stringify(found.commit), IMAGECRED_DATE: JSON.stringify(found.date) };
}

/** Bundles `program` for a Node.js single executable into `directory`: one CommonJS file, which is what it starts. */
export async function bundleNodejs(program: Program, directory: string): Promise<Bundle> {
  const source = sourceOf(program);
  const { metafile } = await build<BuildOptions & { metafile: true }>({
    ...commonOptions(source),
    banner: { js: readFileSync(join(import.meta.dirname, "nodejs-banner.js"), "utf8") },
    conditions: [...(source.conditions ?? [])],
    format: "cjs",
    mainFields: ["module", "main"],
    metafile: true,
    outdir: directory,
    outExtension: { ".js": ".cjs" },
    platform: "node",
    target: "node26",
  });
  return { directory, entry: "main.cjs", metafile };
}

/**
 * Bundles `program` for npm into `directory`, where every supported Node.js runs it: ES modules, which are read when they
 * are needed. `main.js` starts it.
 */
export async function bundleNpm(program: Program, directory: string): Promise<Bundle> {
  const source = sourceOf(program);
  const { metafile } = await build<BuildOptions & { metafile: true }>({
    ...commonOptions(source),
    // Libraries in CommonJS ask for Node.js's modules by it.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    chunkNames: "chunk-[hash]",
    conditions: [...(source.conditions ?? [])],
    format: "esm",
    mainFields: ["module", "main"],
    metafile: true,
    outdir: directory,
    platform: "node",
    splitting: true,
    target: `node${OLDEST_NODEJS.version}`,
  });
  return { directory, entry: "main.js", metafile };
}
