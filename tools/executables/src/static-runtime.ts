import { copyFileSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { CACHE, type Platform, recordBuildTime, rustTargetOf, versionLine } from "@imagecred/workspace";
import { buildSettings, cargo, crateContents, hash, type Profile, targetDirectory } from "./cargo.ts";
import { routeTo } from "./cross.ts";
import { say } from "./say.ts";

/** Why static executables cannot be built here, or undefined where they can. */
export function missingForStatic(platform: Platform): string | undefined {
  if (platform.rustTarget === undefined) return `the static runtime is for Linux, not for ${platform.name}`;
  if (versionLine("cargo") === undefined) return "there is no Rust toolchain (cargo)";
  if (versionLine("cc") === undefined) return "there is no C compiler (cc), which QuickJS and ring need";
  const route = routeTo(platform);
  return route.kind === "impossible" ? route.reason : undefined;
}

/**
 * Path of the finished runtime for `platform`, built only where the cache has none for the same sources, lock file,
 * toolchain and flags.
 */
export function staticRuntimeFor(platform: Platform, profile: Profile): string {
  const runtime = runtimePath(platform, profile);
  if (existsSync(runtime)) return runtime;
  say(`building the ${platform.name} runtime (${profile}); with an empty cache this takes minutes`);
  const time = cargo(["build"], platform, profile);
  // The sources changed meanwhile: cargo's output does not match the key.
  if (runtimePath(platform, profile) !== runtime) return staticRuntimeFor(platform, profile);
  mkdirSync(dirname(runtime), { recursive: true });
  if (time !== undefined) recordBuildTime(dirname(runtime), time);
  const part = `${runtime}.${process.pid}.part`;
  copyFileSync(
    join(targetDirectory(platform, profile), rustTargetOf(platform), profile, "imagecred-runtime"),
    part,
  );
  renameSync(part, runtime);
  return runtime;
}

/** Whether {@link staticRuntimeFor} would return at once. */
export function staticRuntimeIsCached(platform: Platform, profile: Profile): boolean {
  return existsSync(runtimePath(platform, profile));
}

function runtimePath(platform: Platform, profile: Profile): string {
  const key = hash([...buildSettings(platform, profile), ...crateContents()]);
  return join(CACHE, "runtime", `static-${key}`, "imagecred-runtime");
}
