import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, type Runtime } from "@imagecred/workspace";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { type Program, versionOf } from "./programs.ts";
import { staticResolution } from "./resolution.ts";

/** The output of esbuild. */
export interface Bundle {
  /** Directory of the output files. */
  readonly directory: string;
  /** File name of the entry in it. */
  readonly entry: string;
  /** Inputs and outputs with their sizes. */
  readonly metafile: Metafile;
}

/** Bundles `program` for `runtime` into `directory`. */
export async function bundle(program: Program, runtime: Runtime, directory: string): Promise<Bundle> {
  const { metafile } = await build<BuildOptions & { metafile: true }>({
    ...common(program),
    ...(runtime === "static" ? STATIC_OPTIONS : nodejsOptions()),
    entryPoints: { main: program.entry },
    outdir: directory,
    metafile: true,
  });
  return { directory, entry: runtime === "static" ? "main.js" : "main.cjs", metafile };
}

function common(program: Program): BuildOptions {
  return {
    absWorkingDir: ROOT,
    bundle: true,
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    // Short names are fewer bytes to read at start; lines stay, so that an error's place says something.
    minifyIdentifiers: true,
    minifySyntax: true,
    define: {
      IMAGECRED_VERSION: JSON.stringify(versionOf(program)),
      "process.env.NODE_ENV": '"production"',
    },
  };
}

/** ES modules, so that what is imported dynamically stays in files of its own and is read only when it is needed. */
const STATIC_OPTIONS: BuildOptions = {
  format: "esm",
  splitting: true,
  chunkNames: "chunk-[hash]",
  platform: "neutral",
  target: "es2023",
  conditions: ["static", "@imagecred/source"],
  mainFields: ["module", "main"],
  plugins: [staticResolution],
};

/** One CommonJS file: what a single executable starts. */
function nodejsOptions(): BuildOptions {
  return {
    banner: { js: readFileSync(join(import.meta.dirname, "nodejs-banner.js"), "utf8") },
    format: "cjs",
    outExtension: { ".js": ".cjs" },
    platform: "node",
    target: "node26",
    conditions: ["@imagecred/source"],
    mainFields: ["module", "main"],
  };
}
