import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Metafile } from "esbuild";
import { bundle } from "./bundle.ts";
import type { Executable } from "./executables.ts";
import { run } from "./run.ts";

/**
 * Writes the static executable `out`: the host `host` with the executable's bytecode appended. `compiler` is a host that
 * runs on this machine; bytecode is the same for every 64-bit little-endian platform.
 */
export async function buildStatic(
  executable: Executable,
  host: string,
  compiler: string,
  out: string,
): Promise<Metafile> {
  const directory = mkdtempSync(join(tmpdir(), "imagecred-bundle-"));
  try {
    const { entry, metafile } = await bundle(executable, "static", directory);
    mkdirSync(dirname(out), { recursive: true });
    // Aside first: a running executable cannot be written to, but its name can be given to another file.
    run(compiler, ["compile", directory, entry, `${out}.part`, host]);
    renameSync(`${out}.part`, out);
    return metafile;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
