import { type BuildOptions, build, type Metafile } from "esbuild";
import { dropIdleImports } from "./idle-imports.ts";
import { mergeStart } from "./one-start-file.ts";
import { outputNamed } from "./output-files.ts";
import { OUTPUT, STATIC } from "./output-options.ts";
import { staticResolution } from "./resolution.ts";

/** A program to bundle. */
export interface ProgramSource {
  /** Path of the module that starts it: `src/main.ts`. */
  readonly entry: string;
  /** Directory that the paths in the metafile are relative to. */
  readonly root: string;
  /** Names that are replaced by constants; each value is a JavaScript expression. */
  readonly define?: Readonly<Record<string, string>>;
  /** Conditions of `exports` and `imports` in addition to `static`. */
  readonly conditions?: readonly string[];
}

/** Files that esbuild wrote. */
export interface Bundle {
  /** Directory of the output files. */
  readonly directory: string;
  /** Name of the file in it that starts the program. */
  readonly entry: string;
  /** Inputs and outputs with their sizes in bytes. */
  readonly metafile: Metafile;
}

/** Name of the file that starts a bundle for the static runtime. */
const ENTRY = "main.js";

/** Options that the bundles for both runtimes share. */
export function commonOptions({ entry, root, define = {} }: ProgramSource): BuildOptions {
  return {
    ...OUTPUT,
    absWorkingDir: root,
    define: { ...define, "process.env.NODE_ENV": '"production"' },
    entryPoints: { main: entry },
  };
}

/**
 * Bundles a program for the static runtime into `directory`: ES modules, so that dynamic imports stay in separate files that
 * are read only when needed. @throws esbuild's BuildFailure
 */
export async function bundleStatic(source: ProgramSource, directory: string): Promise<Bundle> {
  const { metafile } = await build<BuildOptions & { metafile: true }>({
    ...commonOptions(source),
    chunkNames: "chunk-[hash]",
    conditions: ["static", ...(source.conditions ?? [])],
    ...STATIC,
    mainFields: ["module", "main"],
    metafile: true,
    outdir: directory,
    plugins: [staticResolution],
    splitting: true,
  });
  const entry = outputNamed(metafile.outputs, ENTRY);
  const merged = await mergeStart(dropIdleImports(metafile, source.root), entry, source.root);
  return { directory, entry: ENTRY, metafile: merged };
}
