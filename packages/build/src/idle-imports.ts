import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Metafile } from "esbuild";
import { BARE_IMPORT } from "./output-files.ts";

/**
 * Removes imports from a bundle that only load code without side effects. For a module that an index re-exports, esbuild keeps
 * an import wherever the index is used, even if the package has no side effects (`sideEffects` in package.json). Then code
 * that should be loaded on demand would be read at every start.
 * @param root directory that the paths in the metafile are relative to
 * @returns the metafile of the changed files
 */
export function dropIdleImports(metafile: Metafile, root: string): Metafile {
  const { outputs } = metafile;
  const idle = idleOutputs(outputs, root);
  const changed = Object.entries(outputs).map(([name, output]) => {
    const file = resolve(root, name);
    const text = readFileSync(file, "utf8");
    const dropped = new Set<string>();
    const kept = text.replace(BARE_IMPORT, (line, chunk: string) => {
      const path = join(dirname(name), chunk);
      if (!idle(path)) return line;
      dropped.add(path);
      return "";
    });
    if (dropped.size === 0) return [name, output] as const;
    writeFileSync(file, kept);
    const imports = output.imports.filter(
      ({ path, kind }) => kind !== "import-statement" || !dropped.has(path),
    );
    return [name, { ...output, bytes: Buffer.byteLength(kept), imports }] as const;
  });
  return { ...metafile, outputs: Object.fromEntries(changed) };
}

/** Returns a function that reports whether evaluating an output and its imports has no side effect. */
function idleOutputs(outputs: Metafile["outputs"], root: string): (name: string) => boolean {
  const known = new Map<string, boolean>();
  const isIdle = (name: string): boolean => {
    const before = known.get(name);
    if (before !== undefined) return before;
    // In a cycle, each is idle if the others are.
    known.set(name, true);
    const output = outputs[name];
    const idle =
      output !== undefined &&
      Object.keys(output.inputs).every((input) => saysNoSideEffects(input, root)) &&
      output.imports.every(
        ({ path, kind, external }) => kind !== "import-statement" || external === true || isIdle(path),
      );
    known.set(name, idle);
    return idle;
  };
  return isIdle;
}

/** Whether a module's package declares that it has no side effects. A plugin's virtual files are in no package. */
function saysNoSideEffects(input: string, root: string): boolean {
  const file = resolve(root, input);
  if (!existsSync(file)) return false;
  const manifest = manifestOf(dirname(file));
  if (manifest === undefined) return false;
  const { sideEffects } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly sideEffects?: unknown };
  if (!Array.isArray(sideEffects)) return sideEffects === false;
  // Only file names are compared: a pattern counts as a match.
  const name = `./${relative(dirname(manifest), file)}`;
  return sideEffects.every((entry) => typeof entry === "string" && !entry.includes("*") && entry !== name);
}

function manifestOf(directory: string): string | undefined {
  const path = join(directory, "package.json");
  if (existsSync(path)) return path;
  return dirname(directory) === directory ? undefined : manifestOf(dirname(directory));
}
