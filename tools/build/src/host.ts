import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { cacheDirectory, root } from "./paths.ts";
import type { Platform } from "./platforms.ts";
import { run, versionLine } from "./run.ts";
import { say } from "./say.ts";

const crate = join(root, "tools", "runtime");

/** `release` is what ships; `fast` links in seconds and is for development. */
export type HostProfile = "release" | "fast";

/** Why static executables cannot be built here, or undefined where they can. */
export function missingForHost(): string | undefined {
  if (versionLine("cargo") === undefined) return "there is no Rust toolchain (cargo)";
  if (versionLine("cc") === undefined) return "there is no C compiler (cc), which QuickJS and ring need";
  return undefined;
}

/**
 * Path of the finished host for `platform`, built only where the cache has none for the same sources, lock file,
 * toolchain and flags.
 */
export function hostFor(platform: Platform, profile: HostProfile): string {
  const toolchain = run("rustc", ["-vV"], { cwd: crate });
  const flags = hostFlags();
  const common = [toolchain, platform.rustTarget, profile, flags.rust.join(" "), flags.c];
  const built = join(
    cacheDirectory,
    "runtime",
    `host-${hash(...common, ...crateContents())}`,
    "imagecred-runtime",
  );
  if (existsSync(built)) return built;

  // Dependencies are worth keeping when only our own sources change.
  const targetDirectory = join(cacheDirectory, "runtime", `target-${hash(...common, lockFile())}`);
  say(`building the ${platform.name} runtime (${profile}); with an empty cache this takes minutes`);
  const underscored = platform.rustTarget.replaceAll("-", "_");
  run("nice", ["cargo", "build", "--locked", "--profile", profile, "--target", platform.rustTarget], {
    cwd: crate,
    visible: true,
    env: {
      CARGO_TARGET_DIR: targetDirectory,
      CARGO_ENCODED_RUSTFLAGS: flags.rust.join("\x1f"),
      RUSTFLAGS: undefined,
      [`CFLAGS_${underscored}`]: flags.c,
    },
  });
  mkdirSync(join(built, ".."), { recursive: true });
  copyFileSync(join(targetDirectory, platform.rustTarget, profile, "imagecred-runtime"), `${built}.part`);
  renameSync(`${built}.part`, built);
  return built;
}

/** Static linking; and no path of the machine that built it. */
function hostFlags(): { rust: string[]; c: string } {
  const cargoHome = process.env["CARGO_HOME"] || join(homedir(), ".cargo");
  const renames = [
    [cargoHome, "/cargo"],
    [crate, "/runtime"],
  ];
  return {
    rust: [
      "-Ctarget-feature=+crt-static",
      ...renames.map(([from, to]) => `--remap-path-prefix=${from}=${to}`),
    ],
    c: renames.map(([from, to]) => `-ffile-prefix-map=${from}=${to}`).join(" "),
  };
}

function lockFile(): string {
  return readFileSync(join(crate, "Cargo.lock"), "utf8");
}

/** Names and contents of everything that decides what the host is. */
function crateContents(): string[] {
  const sources = ["src", "js"].flatMap((directory) =>
    readdirSync(join(crate, directory), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name)),
  );
  const files = [join(crate, "Cargo.toml"), join(crate, "Cargo.lock"), ...sources.sort()];
  return files.flatMap((file) => [file.slice(crate.length), readFileSync(file, "utf8")]);
}

function hash(...parts: readonly string[]): string {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(`${Buffer.byteLength(part)}:`).update(part);
  return digest.digest("hex").slice(0, 16);
}
