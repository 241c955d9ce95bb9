import type { Metafile } from "esbuild";
import type { Runtime } from "./bundle.ts";
import { crateDirectory } from "./cargo.ts";
import type { Executable } from "./executables.ts";
import { hostFor, missingForHost } from "./host.ts";
import { buildNode, missingForNode } from "./node-sea.ts";
import { ownPlatform, type Platform } from "./platforms.ts";
import { buildStatic } from "./static.ts";

/** What was put into an executable. */
export interface BuiltExecutable {
  readonly metafile: Metafile;
}

/** Directory of the static runtime's crate. */
export const hostCrate = crateDirectory;

/** Why a platform's executables cannot be built here, or undefined where they can. */
export function whyNot(runtime: Runtime, platform: Platform): string | undefined {
  return runtime === "static" ? missingForHost(platform) : missingForNode();
}

/** Builds one executable as it is shipped. @throws {BuildError} */
export async function buildExecutable(
  executable: Executable,
  runtime: Runtime,
  platform: Platform,
  out: string,
): Promise<BuiltExecutable> {
  if (runtime === "node") return { metafile: await buildNode(executable, platform, out) };
  const host = hostFor(platform, "release");
  const compiler = hostFor(ownPlatform(), "release");
  return { metafile: await buildStatic(executable, host, compiler, out) };
}
