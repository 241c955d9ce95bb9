import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { type Built, type Component, missingForGoTools, writePage, writeTree } from "@imagecred/release";
import { anyExecutable, DIST, ownPlatform } from "@imagecred/workspace";

export const VERSION = "1.0.0";

/** Placeholder for the components: the real list requires the build. */
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

/** Writes the release tree of this machine's executables to `<directory>/<version>`, and {@link flatten}s it. */
export async function writeRelease(directory: string): Promise<void> {
  const { arch } = ownPlatform();
  // Two of the four are enough for the page's commands.
  const built = (["ecr-credential-provider", "imagecred"] as const).flatMap((program): Built[] => {
    const path = anyExecutable(program);
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
  flatten(tree, directory);
}

/** The newest release tree on this machine that has the linux-amd64 files of `npm run release`. */
export function builtRelease(): { readonly version: string; readonly directory: string } | undefined {
  const releases = join(DIST, "release");
  const version = globSync("*/linux/amd64/*.deb", { cwd: releases })
    .map((path) => path.slice(0, path.indexOf("/")))
    .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .at(-1);
  return version === undefined ? undefined : { version, directory: join(releases, version) };
}

/** The layout of a GitHub release: all files of the tree in one directory, `<directory>/flat`. */
export function flatten(tree: string, directory: string): void {
  writePage({ tree, version: basename(tree), directory: join(directory, "flat") });
}

/** A curl with the options that pages use. It serves our GitHub releases from the directory `flat`, two levels above this script. */
export const CURL_STAND_IN = `flat="$(dirname "$0")/../flat"
while [ $# -gt 0 ]; do
  case "$1" in
    -o) shift; out="$1" ;;
    https://github.com/*/releases/download/*) file="\${1##*/}" ;;
    -fsSL | -fsSLO | --create-dirs) ;;
    *) echo "the curl of this test does not know $1" >&2; exit 2 ;;
  esac
  shift
done
mkdir -p "$(dirname "\${out:-$file}")" && cp "$flat/$file" "\${out:-$file}"`;
