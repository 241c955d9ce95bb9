import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Metafile } from "esbuild";
import { BuildError } from "./build-error.ts";
import { bundleStatic, type ProgramSource } from "./bundle.ts";

/** The two static runtimes that a build needs. They are the same file if a machine builds for itself. */
export interface StaticRuntimes {
  /** Path of the executable's runtime. */
  readonly target: string;
  /** Path of a runtime of the same version that runs on this machine: it compiles to bytecode. */
  readonly compiler: string;
}

/**
 * Writes the static executable `out` (mode 0755): the runtime with the program's bytecode appended. Bytecode is the same
 * for every 64-bit little-endian platform.
 * @returns the bundle @throws {BuildError} if the runtime cannot compile it; esbuild's BuildFailure
 */
export async function buildStaticExecutable(
  source: ProgramSource,
  { target, compiler }: StaticRuntimes,
  out: string,
): Promise<Metafile> {
  const directory = mkdtempSync(join(tmpdir(), "imagecred-bundle-"));
  try {
    const { entry, metafile } = await bundleStatic(source, directory);
    mkdirSync(dirname(out), { recursive: true });
    // Write a new file and rename it: a running executable cannot be overwritten.
    compile(compiler, ["compile", directory, entry, `${out}.part`, target]);
    renameSync(`${out}.part`, out);
    return metafile;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function compile(compiler: string, args: readonly string[]): void {
  const { status, signal, stderr, error } = spawnSync(compiler, [...args], { encoding: "utf8" });
  if (error !== undefined) throw new BuildError(`${compiler} cannot be run: ${error.message}`);
  if (status !== 0) throw new BuildError(`${compiler} failed (${signal ?? `exit ${status}`})\n${stderr}`);
}
