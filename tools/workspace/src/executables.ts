import { accessSync, constants } from "node:fs";
import { join, relative } from "node:path";
import { DIST, ROOT } from "./paths.ts";
import { fileName, ownPlatform, type Platform } from "./platforms.ts";

/** `static`: our static runtime with bytecode, for Linux. `nodejs`: a Node.js single executable. */
export const RUNTIMES = ["static", "nodejs"] as const;
export type Runtime = (typeof RUNTIMES)[number];

/** A built file, or the reason why a test that needs it is skipped. */
export type Executable =
  | { readonly runtime: Runtime; readonly path: string; readonly skipped?: undefined }
  | { readonly runtime: Runtime; readonly skipped: string };

/** Name of the directory with all programs of a platform and runtime: `linux-amd64`, `linux-amd64-nodejs`. */
export function directoryName({ name }: Platform, runtime: Runtime): string {
  return runtime === "nodejs" ? `${name}-nodejs` : name;
}

/** Path of a built program: `dist/linux-amd64/ecr-credential-provider`. The file may not exist. */
export function executablePath(
  program: string,
  runtime: Runtime,
  { platform = ownPlatform(), dist = DIST }: { readonly platform?: Platform; readonly dist?: string } = {},
): string {
  return join(dist, directoryName(platform, runtime), fileName(program, platform));
}

/** This machine's build of a program on one runtime. @param program `ecr-credential-provider`, `imagecred` */
export function executable(program: string, runtime: Runtime): Executable {
  const path = executablePath(program, runtime);
  try {
    accessSync(path, constants.X_OK);
    return { runtime, path };
  } catch {
    const needs = runtime === "static" ? ", which needs a Rust toolchain" : "";
    return { runtime, skipped: `${relative(ROOT, path)} is not built (npm run build${needs})` };
  }
}

/** This machine's builds of a program, one for each runtime, the static one first. */
export function executables(program: string): Executable[] {
  return RUNTIMES.map((runtime) => executable(program, runtime));
}

/** Path of a built program on the first runtime that has it, or undefined. */
export function anyExecutable(program: string): string | undefined {
  return executables(program).find((built) => built.skipped === undefined)?.path;
}
