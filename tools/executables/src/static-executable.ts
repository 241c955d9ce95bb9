import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "@imagecred/workspace";
import type { Metafile } from "esbuild";
import { bundle } from "./bundle.ts";
import type { Program } from "./programs.ts";

/**
 * Writes the static executable `out`: `runtime` with the program's bytecode appended. `compiler` is a static runtime that
 * runs on this machine; bytecode is the same for every 64-bit little-endian platform.
 */
export async function buildStatic(
  program: Program,
  runtime: string,
  compiler: string,
  out: string,
): Promise<Metafile> {
  const directory = mkdtempSync(join(tmpdir(), "imagecred-bundle-"));
  try {
    const { entry, metafile } = await bundle(program, "static", directory);
    mkdirSync(dirname(out), { recursive: true });
    // Aside first: a running executable cannot be written to, but its name can be given to another file.
    run(compiler, ["compile", directory, entry, `${out}.part`, runtime]);
    renameSync(`${out}.part`, out);
    return metafile;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
