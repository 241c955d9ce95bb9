import { basename } from "node:path";
import type { Metafile } from "esbuild";

/**
 * `import "./chunk-X.js";` in esbuild's output: it only evaluates the chunk. The first group is the file's name.
 */
export const BARE_IMPORT = /^import "\.\/([^"]+)";\n/gm;

/** The key of an output file among the metafile's outputs, by its name; the name itself if there is none. */
export function outputNamed(outputs: Metafile["outputs"], name: string): string {
  return Object.keys(outputs).find((output) => basename(output) === name) ?? name;
}

/** The output files that `entry` loads statically, `entry` first. */
export function loadedAtStart(outputs: Metafile["outputs"], entry: string): ReadonlySet<string> {
  const loaded = new Set([entry]);
  for (const name of loaded) {
    for (const { path, kind, external } of outputs[name]?.imports ?? [])
      if (kind === "import-statement" && external !== true) loaded.add(path);
  }
  return loaded;
}
