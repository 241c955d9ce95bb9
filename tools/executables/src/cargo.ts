import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import {
  CACHE,
  type Platform,
  ROOT,
  run,
  runSlowCommandSync,
  rustTargetOf,
  type Time,
  ToolError,
} from "@imagecred/workspace";
import { cargoInChroot, routeTo } from "./cross.ts";
import { sanitizingCc, sanitizingCcSource } from "./sanitizing-cc.ts";
import { placeSteadyRustc, steadyRustcSources } from "./steady-rustc.ts";

export const crateDirectory = join(ROOT, "tools", "runtime");

/**
 * `release` is what ships; `fast` links in seconds and is for development and tests; `sanitized` is for tests too, with
 * AddressSanitizer in the runtime and in QuickJS, and only for the platform that builds it.
 */
export const PROFILES = ["release", "named", "fast", "sanitized"] as const;
export type Profile = (typeof PROFILES)[number];

/** Everything that decides cargo's output, besides our own sources. */
export function buildSettings(platform: Platform, profile: Profile): string[] {
  const toolchain = run("rustc", ["-vV"], { cwd: crateDirectory });
  const lockFile = readFileSync(join(crateDirectory, "Cargo.lock"), "utf8");
  const { rust, c } = flags(cargoHome(), profile);
  const route = routeTo(platform);
  return [
    route.kind === "chroot" ? route.directory : toolchain,
    rustTargetOf(platform),
    profile,
    ...rust,
    c,
    ...steadyRustcSources,
    ...(profile === "sanitized" ? [sanitizingCcSource] : []),
    lockFile,
  ];
}

/** cargo's target directory: the dependencies in it stay valid when only our own sources change. */
export function targetDirectory(platform: Platform, profile: Profile): string {
  return join(CACHE, "runtime", `target-${hash(buildSettings(platform, profile))}`);
}

/**
 * Names the crate's sources to cargo. Checkouts share the target directory, and cargo compares times: what another checkout built
 * a minute ago would pass for newer than sources that were written an hour ago. src/main.rs asks for the variable, so cargo
 * compares it too.
 */
const SOURCES_VARIABLE = "IMAGECRED_RUNTIME_SOURCES";

/**
 * Runs `cargo <command>` on tools/runtime with the flags that every build of it has.
 * @returns what it took; undefined where it runs in a chroot of another architecture
 */
export function cargo(
  command: readonly string[],
  platform: Platform,
  profile: Profile,
  rest: readonly string[] = [],
): Time | undefined {
  const target = targetDirectory(platform, profile);
  const args = [...command, "--locked", "--profile", profile, "--target", rustTargetOf(platform), ...rest];
  const route = routeTo(platform);
  if (route.kind === "impossible") throw new ToolError(route.reason);
  const wrapper = placeSteadyRustc(target);
  const sources = hash(crateContents());
  if (route.kind === "chroot") {
    const { rust, c } = flags("/cargo", profile);
    const env = {
      CARGO_ENCODED_RUSTFLAGS: rust.join("\x1f"),
      [SOURCES_VARIABLE]: sources,
      RUSTC_WRAPPER: `/target/${wrapper}`,
      [`CFLAGS_${rustTargetOf(platform).replaceAll("-", "_")}`]: c,
    };
    cargoInChroot(route.directory, { cargoHome: cargoHome(), crate: crateDirectory, target, args, env });
    return undefined;
  }
  const { rust, c } = flags(cargoHome(), profile);
  return runSlowCommandSync("cargo", args, {
    cwd: crateDirectory,
    visible: true,
    env: {
      ...process.env,
      CARGO_TARGET_DIR: target,
      CARGO_ENCODED_RUSTFLAGS: [...rust, `--remap-path-prefix=${target}=/target`].join("\x1f"),
      RUSTFLAGS: undefined,
      // The toolchain's own release channel has the sanitizer, but asks for this.
      ...(profile === "sanitized"
        ? { RUSTC_BOOTSTRAP: "1", ...sanitizingCc(target, rustTargetOf(platform)) }
        : {}),
      [SOURCES_VARIABLE]: sources,
      RUSTC_WRAPPER: join(target, wrapper),
      [`CFLAGS_${rustTargetOf(platform).replaceAll("-", "_")}`]: `${c} -ffile-prefix-map=${target}=/target`,
    },
  });
}

function cargoHome(): string {
  return process.env["CARGO_HOME"] || join(homedir(), ".cargo");
}

/**
 * Static linking; and no path of the machine that built it. The crate's own files are named relative to it by cargo, so that
 * where the checkout lies decides neither a byte of the host nor whether the cache has it.
 */
function flags(cargo: string, profile: Profile): { rust: string[]; c: string } {
  const remap = `--remap-path-prefix=${cargo}=/cargo`;
  // AddressSanitizer replaces functions of a shared C library, so this one is not linked statically. QuickJS keeps its assertions.
  if (profile === "sanitized")
    return {
      rust: ["-Zsanitizer=address", "--cfg=imagecred_sanitized", "-Cforce-frame-pointers=yes", remap],
      c: "",
    };
  return {
    rust: ["-Ctarget-feature=+crt-static", remap],
    // QuickJS's own release builds are without its assertions, too.
    c: `-DNDEBUG -ffile-prefix-map=${cargo}=/cargo`,
  };
}

/** Short digest of texts, none of which can be mistaken for two. */
export function hash(parts: readonly string[]): string {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(`${Buffer.byteLength(part)}:`).update(part);
  return digest.digest("hex").slice(0, 16);
}

/** Names and contents of everything in the crate that decides what the runtime is. */
export function crateContents(): string[] {
  const sources = ["src", "js"].flatMap((directory) =>
    readdirSync(join(crateDirectory, directory), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name)),
  );
  const files = [join(crateDirectory, "Cargo.toml"), ...sources.sort()];
  return files.flatMap((file) => [file.slice(crateDirectory.length), readFileSync(file, "utf8")]);
}
