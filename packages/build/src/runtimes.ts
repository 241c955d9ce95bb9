import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { BuildError } from "./build-error.ts";

/** A platform of static executables. */
export type StaticPlatform = "linux-amd64" | "linux-arm64";

/** All platforms. */
export const STATIC_PLATFORMS: readonly StaticPlatform[] = ["linux-amd64", "linux-arm64"];

/** The npm package of a platform's runtime, with its checksum. */
export interface RuntimeEntry {
  readonly package: string;
  readonly file: string;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** The file with the checksums of this release's runtimes, which is written when the package is packed. */
const LIST = join(import.meta.dirname, "../runtimes.json");

/** This machine's platform, on which the compiler runs. @throws {BuildError} if there is no static runtime for it */
export function thisPlatform(
  machine: { readonly platform: string; readonly arch: string } = process,
): StaticPlatform {
  const { platform, arch } = machine;
  if (platform === "linux" && arch === "x64") return "linux-amd64";
  if (platform === "linux" && arch === "arm64") return "linux-arm64";
  throw new BuildError(
    `the compiler of static executables runs on Linux (x64, arm64), and this is ${platform} on ${arch}: build in a Linux container or in CI`,
  );
}

/** The platforms for which this release has a runtime: all, except in packages that a machine built only for itself. */
export function releasedPlatforms(list = LIST): readonly StaticPlatform[] {
  if (!existsSync(list)) return STATIC_PLATFORMS;
  return STATIC_PLATFORMS.filter((platform) => readList(list)[platform] !== undefined);
}

/**
 * Path of a platform's runtime, after checking it against this release's checksum.
 * @throws {BuildError} if its package is not installed, or the checksum differs
 */
export function runtimeFor(platform: StaticPlatform, list = LIST): string {
  const entry = readList(list)[platform];
  if (entry === undefined)
    throw new BuildError(`this release of @imagecred/build has no runtime for ${platform}`);
  const path = join(directoryOf(entry, platform, list), entry.file);
  const digest = createHash("sha256").update(readFileSync(path)).digest("hex");
  if (digest !== entry.sha256) {
    throw new BuildError(
      `${path} has the SHA-256 ${digest}, expected ${entry.sha256}: install @imagecred/build and ${entry.package} again, in the same version`,
    );
  }
  return path;
}

function directoryOf({ package: name }: RuntimeEntry, platform: StaticPlatform, list: string): string {
  try {
    return dirname(createRequire(list).resolve(`${name}/package.json`));
  } catch (cause) {
    throw new BuildError(
      `the runtime for ${platform} is not installed: npm install ${name} (npm leaves it out with --omit=optional)`,
      { cause },
    );
  }
}

function readList(list: string): Readonly<Partial<Record<string, RuntimeEntry>>> {
  // In a checkout there is no such file: tools/executables compiles the runtime.
  if (!existsSync(list))
    throw new BuildError("this is @imagecred/build without its runtimes: install it from npm");
  return JSON.parse(readFileSync(list, "utf8")) as Readonly<Partial<Record<string, RuntimeEntry>>>;
}
