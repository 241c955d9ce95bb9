import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeImagecredPackage } from "./imagecred-package.ts";
import type { SourceManifest } from "./manifest.ts";
import { type BuiltRuntime, makeRuntimePackage, runtimePackageName } from "./runtime-packages.ts";
import { npmPack, Workshop, writeJson } from "./workshop.ts";

/** A packed npm package. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** Path of its tarball, named as npm names it: `imagecred-protocol-1.2.3.tgz`. */
  readonly tarball: string;
}

/** Workspaces that are published, in an order in which each finds its dependencies. */
const LIBRARIES = ["packages/protocol", "packages/kubelet"] as const;
const BUILD = "packages/build";
const CREATE = "packages/create-imagecred-plugin";

/**
 * Packs every npm package into `destination`, from sources and from compiled static runtimes.
 * @param runtimes those that could be built here; `@imagecred/build` makes executables for their platforms
 * @returns the packages in the order of their publication
 */
export async function writeNpmPackages(
  destination: string,
  { version, runtimes }: { readonly version: string; readonly runtimes: readonly BuiltRuntime[] },
): Promise<readonly NpmPackage[]> {
  const scratch = mkdtempSync(join(tmpdir(), "imagecred-npm-"));
  try {
    const workshop = new Workshop(scratch);
    const directories: string[] = [];
    const platforms: Record<string, ReturnType<typeof makeRuntimePackage>> = {};
    for (const runtime of runtimes) {
      const directory = workshop.empty(runtimePackageName(runtime.arch).replace("@imagecred/", ""));
      platforms[`linux-${runtime.arch}`] = makeRuntimePackage(runtime, directory, version);
      directories.push(directory);
    }
    for (const workspace of LIBRARIES) directories.push(workshop.make(workspace));
    const build = workshop.make(BUILD);
    writeJson(join(build, "runtimes.json"), platforms);
    const manifest = read(build);
    const optional = Object.values(platforms).map(({ package: name }) => [name, version] as const);
    writeJson(join(build, "package.json"), {
      ...manifest,
      optionalDependencies: Object.fromEntries(optional),
    });
    directories.push(build);
    const imagecred = workshop.empty("imagecred");
    await makeImagecredPackage(imagecred, version);
    directories.push(imagecred, workshop.make(CREATE));
    return directories.map((directory) => {
      const { name, version } = read(directory);
      return { name, version, tarball: npmPack(directory, destination) };
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function read(directory: string): SourceManifest {
  return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as SourceManifest;
}
