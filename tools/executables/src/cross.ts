import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CACHE, ownPlatform, type Platform, run, rustTargetOf, versionLine } from "@imagecred/workspace";
import { say } from "./say.ts";

const SCRIPTS = join(import.meta.dirname, "../cross");

/** How this machine's cargo gets to a platform's code. */
export type CrossRoute =
  /** Its own platform, or a target whose standard library and C compiler are installed. */
  | { readonly kind: "directly" }
  /** In a Debian chroot that has both (tools/executables/cross). */
  | { readonly kind: "chroot"; readonly directory: string }
  | { readonly kind: "impossible"; readonly reason: string };

export function routeTo(platform: Platform): CrossRoute {
  if (platform.name === ownPlatform().name || hasTarget(platform)) return { kind: "directly" };
  const reason = missingForChroot();
  return reason === undefined
    ? { kind: "chroot", directory: chrootDirectory() }
    : {
        kind: "impossible",
        reason: `Rust's standard library for ${rustTargetOf(platform)} is not installed, and ${reason}`,
      };
}

function hasTarget(platform: Platform): boolean {
  const rustTarget = rustTargetOf(platform);
  const sysroot = run("rustc", ["--print", "sysroot"]).trim();
  const compiler = `${rustTarget.replace("-unknown", "")}-gcc`;
  return existsSync(join(sysroot, "lib/rustlib", rustTarget, "lib")) && versionLine(compiler) !== undefined;
}

function missingForChroot(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64")
    return "the chroot that has it is for Linux on x64";
  if (process.getuid?.() !== 0) return "making a chroot that has it takes root";
  if (versionLine("debootstrap") === undefined) return "making a chroot that has it takes debootstrap";
  return undefined;
}

/** Kept by what made it. */
function chrootDirectory(): string {
  const recipe = createHash("sha256")
    .update(readFileSync(join(SCRIPTS, "make-chroot")))
    .digest("hex")
    .slice(0, 16);
  return join(CACHE, "cross", `debian-${recipe}`);
}

/** Makes the chroot if it does not exist, and runs cargo in it. */
export function cargoInChroot(
  directory: string,
  {
    cargoHome,
    crate,
    target,
    args,
    env,
  }: {
    readonly cargoHome: string;
    readonly crate: string;
    readonly target: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  },
): void {
  if (!existsSync(directory)) {
    say("making a chroot that can build for arm64; this takes minutes, once");
    run(join(SCRIPTS, "make-chroot"), [directory], { visible: true });
  }
  // The chroot's cargo has no network; this machine's fetches for it.
  run("cargo", ["fetch", "--locked"], { cwd: crate });
  run("nice", [join(SCRIPTS, "cargo-in-chroot"), directory, cargoHome, crate, target, ...args], {
    visible: true,
    env,
  });
}
