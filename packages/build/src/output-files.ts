import type { Metafile } from "esbuild";

/**
 * `import "./chunk-X.js";` in esbuild's output: it only evaluates the chunk. The first group is the file's name.
 */
export const BARE_IMPORT = /^import "\.\/([^"]+)";\n/gm;

/** The output files that `entry` loads statically, `entry` first. */
export function loadedAtStart(outputs: Metafile["outputs"], entry: string): ReadonlySet<string> {
  const loaded = new Set([entry]);
  for (const name of loaded) {
    for (const { path, kind, external } of outputs[name]?.imports ?? [])
      if (kind === "import-statement" && external !== true) loaded.add(path);
  }
  return loaded;
}
