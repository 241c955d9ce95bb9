import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { awsSdkResolution } from "./aws-sdk.ts";
import { type Executable, versionOf } from "./executables.ts";
import { root } from "./paths.ts";
import { staticResolution } from "./resolution.ts";

/** `static`: for the Rust host in tools/runtime. `node`: for a Node single executable. */
export type Runtime = "static" | "node";

/** What esbuild made of an executable's sources. */
export interface Bundle {
  /** Directory of the output files. */
  readonly directory: string;
  /** File name of the entry in it. */
  readonly entry: string;
  /** What went in and what came out, for the size report. */
  readonly metafile: Metafile;
}

/** Bundles `executable` for `runtime` into `directory`. */
export async function bundle(executable: Executable, runtime: Runtime, directory: string): Promise<Bundle> {
  const { metafile } = await build<BuildOptions & { metafile: true }>({
    ...common(executable),
    ...(runtime === "static" ? staticOptions(executable) : nodeOptions(executable)),
    entryPoints: { main: executable.entry },
    outdir: directory,
    metafile: true,
  });
  return { directory, entry: runtime === "static" ? "main.js" : "main.cjs", metafile };
}

function common(executable: Executable): BuildOptions {
  return {
    absWorkingDir: root,
    bundle: true,
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    // Short names are fewer bytes to read at start; lines stay, so that an error's place says something.
    minifyIdentifiers: true,
    minifySyntax: true,
    define: {
      IMAGECRED_VERSION: JSON.stringify(versionOf(executable)),
      "process.env.NODE_ENV": '"production"',
    },
  };
}

/** ES modules, so that what is imported dynamically stays in files of its own and is read only when it is needed. */
function staticOptions(executable: Executable): BuildOptions {
  return {
    format: "esm",
    splitting: true,
    chunkNames: "chunk-[hash]",
    platform: executable.browserFields ? "browser" : "neutral",
    target: "es2023",
    conditions: ["static", "@imagecred/source"],
    mainFields: executable.browserFields ? ["browser", "module", "main"] : ["module", "main"],
    plugins: executable.browserFields ? [awsSdkResolution, staticResolution] : [staticResolution],
  };
}

/** One CommonJS file: what a single executable starts. The AWS SDK is the same as in the static runtime: half the code. */
function nodeOptions(executable: Executable): BuildOptions {
  const { browserFields } = executable;
  return {
    banner: { js: readFileSync(join(import.meta.dirname, "node-banner.js"), "utf8") },
    format: "cjs",
    outExtension: { ".js": ".cjs" },
    platform: browserFields ? "browser" : "node",
    target: "node26",
    conditions: ["@imagecred/source"],
    mainFields: browserFields ? ["browser", "module", "main"] : ["module", "main"],
    external: browserFields ? [...builtinModules, "node:*"] : [],
    plugins: browserFields ? [awsSdkResolution] : [],
  };
}
