import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSettings, cargo, crateDirectory, type HostProfile, hash, targetDirectory } from "./cargo.ts";
import { routeTo } from "./cross.ts";
import { cacheDirectory } from "./paths.ts";
import { type Platform, rustTargetOf } from "./platforms.ts";
import { versionLine } from "./run.ts";
import { say } from "./say.ts";

/** Why static executables cannot be built here, or undefined where they can. */
export function missingForHost(platform: Platform): string | undefined {
  if (platform.rustTarget === undefined) return `the static runtime is for Linux, not for ${platform.name}`;
  if (versionLine("cargo") === undefined) return "there is no Rust toolchain (cargo)";
  if (versionLine("cc") === undefined) return "there is no C compiler (cc), which QuickJS and ring need";
  const route = routeTo(platform);
  return route.kind === "impossible" ? route.reason : undefined;
}

/**
 * Path of the finished host for `platform`, built only where the cache has none for the same sources, lock file,
 * toolchain and flags.
 */
export function hostFor(platform: Platform, profile: HostProfile): string {
  const host = hostPath(platform, profile);
  if (existsSync(host)) return host;
  say(`building the ${platform.name} runtime (${profile}); with an empty cache this takes minutes`);
  cargo(["build"], platform, profile);
  // Somebody edited the sources meanwhile: what cargo made is not what the name says.
  if (hostPath(platform, profile) !== host) return hostFor(platform, profile);
  mkdirSync(dirname(host), { recursive: true });
  const part = `${host}.${process.pid}.part`;
  copyFileSync(
    join(targetDirectory(platform, profile), rustTargetOf(platform), profile, "imagecred-runtime"),
    part,
  );
  renameSync(part, host);
  return host;
}

/** Whether {@link hostFor} would answer at once. */
export function hostIsCached(platform: Platform, profile: HostProfile): boolean {
  return existsSync(hostPath(platform, profile));
}

function hostPath(platform: Platform, profile: HostProfile): string {
  const key = hash([...buildSettings(platform, profile), ...crateContents()]);
  return join(cacheDirectory, "runtime", `host-${key}`, "imagecred-runtime");
}

/** Names and contents of everything in the crate that decides what the host is. */
function crateContents(): string[] {
  const sources = ["src", "js"].flatMap((directory) =>
    readdirSync(join(crateDirectory, directory), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name)),
  );
  const files = [join(crateDirectory, "Cargo.toml"), ...sources.sort()];
  return files.flatMap((file) => [file.slice(crateDirectory.length), readFileSync(file, "utf8")]);
}
