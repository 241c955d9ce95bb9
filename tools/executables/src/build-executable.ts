import { buildStaticExecutable } from "@imagecred/build";
import { ownPlatform, type Platform, type Runtime } from "@imagecred/workspace";
import type { Metafile } from "esbuild";
import { sourceOf } from "./bundle.ts";
import type { Profile } from "./cargo.ts";
import { buildNodejs, missingForNodejs } from "./nodejs-executable.ts";
import type { Program } from "./programs.ts";
import { missingForStatic, staticRuntimeFor } from "./static-runtime.ts";

/** Why a platform's executables cannot be built here, or undefined where they can. */
export function whyNot(runtime: Runtime, platform: Platform): string | undefined {
  return runtime === "static" ? missingForStatic(platform) : missingForNodejs();
}

/**
 * Builds one executable into the file `out`. @param profile how the static runtime is compiled; `release` is what ships
 * @returns what went into it @throws {ToolError | BuildError}
 */
export async function buildExecutable(
  program: Program,
  runtime: Runtime,
  platform: Platform,
  out: string,
  profile: Profile = "release",
): Promise<Metafile> {
  if (runtime === "nodejs") return await buildNodejs(program, platform, out);
  const target = staticRuntimeFor(platform, profile);
  const own = ownPlatform();
  const compiler = own === platform ? target : staticRuntimeFor(own, profile);
  return await buildStaticExecutable(sourceOf(program), { target, compiler }, out);
}
