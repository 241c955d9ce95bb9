import { createHash } from "node:crypto";
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { crateDirectory, programs, staticRuntimeFor, versionOf, whyNot } from "@imagecred/executables";
import { CACHE, ownPlatform, placeDirectory, ROOT, rustTargetOf } from "@imagecred/workspace";
import { cargoComponents } from "../cargo-components.ts";
import { type NpmPackage, writeNpmPackages } from "./packages.ts";

/** The files that decide the content of the packed packages. */
const SOURCES = [
  "package-lock.json",
  "tsconfig.base.json",
  "packages/*/{package.json,tsconfig.build.json,README.md,LICENSE}",
  "packages/*/{src,template}/**/*",
  "tools/executables/src/*",
  "tools/release/{npm,src/npm}/*",
];

const INVENTORY = "packages.json";

/**
 * Every npm package of this checkout for this machine, packed once for the same sources and kept in the cache. `@imagecred/build`
 * has this machine's runtime alone, or none where none can be compiled.
 */
export async function packedForTests(): Promise<readonly NpmPackage[]> {
  const runtime =
    whyNot("static", ownPlatform()) === undefined ? staticRuntimeFor(ownPlatform(), "release") : undefined;
  const digest = createHash("sha256").update(runtime ?? "");
  for (const path of globSync(SOURCES, { cwd: ROOT, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort())
    digest
      .update(`${path.slice(ROOT.length)}\0`)
      .update(readFileSync(path))
      .update("\0");
  const directory = join(CACHE, "npm", digest.digest("hex").slice(0, 16));
  if (!existsSync(directory)) {
    const part = `${directory}.${process.pid}.part`;
    mkdirSync(part, { recursive: true });
    const [program] = programs;
    const packages = await writeNpmPackages(part, {
      version: program === undefined ? "" : versionOf(program),
      runtimes:
        runtime === undefined
          ? []
          : [
              {
                arch: ownPlatform().arch,
                path: runtime,
                components: cargoComponents(crateDirectory, rustTargetOf(ownPlatform())),
              },
            ],
    });
    writeFileSync(
      join(part, INVENTORY),
      JSON.stringify(packages.map((one) => ({ ...one, tarball: basename(one.tarball) }))),
    );
    placeDirectory(part, directory);
    forgetOld(join(CACHE, "npm"));
  }
  const packages = JSON.parse(readFileSync(join(directory, INVENTORY), "utf8")) as readonly NpmPackage[];
  return packages.map((one) => ({ ...one, tarball: join(directory, one.tarball) }));
}

/** Removes packages that were made more than a day ago of other sources: no test uses them any more. */
function forgetOld(cache: string): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > 24 * 60 * 60 * 1000) rmSync(path, { recursive: true, force: true });
  }
}
