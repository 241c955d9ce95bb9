import { copyFileSync, globSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Component } from "../../tools/release/src/components.ts";
import { missingForGoTools } from "../../tools/release/src/go-tools.ts";
import { type Built, writeTree } from "../../tools/release/src/tree.ts";
import { executable } from "./machine.ts";

export const VERSION = "1.0.0";

/** Stands for what is inside: listing it for real takes the build. */
const COMPONENTS: readonly Component[] = [
  {
    ecosystem: "npm",
    name: "@aws-sdk/client-ecr",
    version: "3.1169.0",
    license: "Apache-2.0",
    texts: [],
    homepage: undefined,
    authors: [],
  },
];

/**
 * Writes the release tree of this machine's executables to `<directory>/<version>`, and what a GitHub release is, all
 * files in one directory, to `<directory>/flat`.
 */
export async function writeRelease(directory: string): Promise<void> {
  const arch = process.arch === "arm64" ? "arm64" : "amd64";
  // Two of the four are enough for the page's commands.
  const built = (["ecr-credential-provider", "imagecred"] as const).flatMap((program): Built[] => {
    const path = executable(program);
    if (path === undefined) return [];
    return [{ program, flavor: { os: "linux", arch, runtime: "static" }, path, components: COMPONENTS }];
  });
  const tree = join(directory, VERSION);
  await writeTree(built, {
    directory: tree,
    version: VERSION,
    sourceDateEpoch: 1_790_000_000,
    linuxPackages: missingForGoTools() === undefined,
    say: () => {},
  });
  const flat = join(directory, "flat");
  mkdirSync(flat);
  for (const path of globSync(["*/*/*", "SHA256SUMS"], { cwd: tree, exclude: ["image/**"] }))
    copyFileSync(join(tree, path), join(flat, basename(path)));
}

/** curl, for which a GitHub release of ours is the directory `flat`, two above the stand-in itself. */
export const curlStandIn = `flat="$(dirname "$0")/../flat"
args=()
for arg in "$@"; do
  case "$arg" in
    https://github.com/*/releases/download/v${VERSION}/*) arg="file://$(realpath "$flat")/\${arg##*/}" ;;
  esac
  args+=("$arg")
done
exec /usr/bin/curl "\${args[@]}"`;
