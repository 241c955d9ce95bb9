import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { BuildError } from "./build-error.ts";

/** A platform that a static executable can be made for. */
export type StaticPlatform = "linux-amd64" | "linux-arm64";

/** Every {@link StaticPlatform}. */
export const STATIC_PLATFORMS: readonly StaticPlatform[] = ["linux-amd64", "linux-arm64"];

/** The npm package of a platform's runtime, and what is in it. */
export interface RuntimeEntry {
  readonly package: string;
  readonly file: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Written into the package when it is packed, with the checksums of the runtimes of the same release. */
const LIST = join(import.meta.dirname, "../runtimes.json");

/** The platform of this machine, on which the compiler runs. @throws {BuildError} where there is no static runtime for it */
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

/** The platforms that this release has a runtime for: all of them, but for a build of the packages on a machine that compiles only its own. */
export function releasedPlatforms(list = LIST): readonly StaticPlatform[] {
  if (!existsSync(list)) return STATIC_PLATFORMS;
  return STATIC_PLATFORMS.filter((platform) => readList(list)[platform] !== undefined);
}

/**
 * Path of a platform's runtime, with the checksum that this version of @imagecred/build was released with.
 * @throws {BuildError} when its package is not installed, or has another file
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
  // A checkout has none: there, tools/executables compiles the runtime.
  if (!existsSync(list))
    throw new BuildError("this is @imagecred/build without its runtimes: install it from npm");
  return JSON.parse(readFileSync(list, "utf8")) as Readonly<Partial<Record<string, RuntimeEntry>>>;
}
