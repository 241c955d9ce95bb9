import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { chartMetadata, type Helm, packageChart } from "@imagecred/chart";
import { ROOT } from "@imagecred/workspace";
import { type Entry, gzip, tar, writeZip } from "./archive.ts";
import {
  archiveName,
  assetName,
  directoryOf,
  type Flavor,
  installedName,
  type Program,
  suffixOf,
} from "./assets.ts";
import { checksumList, sha256 } from "./checksums.ts";
import type { Component } from "./components.ts";
import { writeExecutablesImage } from "./executables-image.ts";
import { type PackageContents, writeLinuxPackage } from "./linux-packages.ts";
import { thirdPartyNotices } from "./notices.ts";
import { writeNpmPackages } from "./npm/packages.ts";
import type { BuiltRuntime } from "./npm/runtime-packages.ts";
import { writeChartLayout } from "./oci-layout.ts";
import { changesOf } from "./page/changes.ts";
import { spdxDocument } from "./spdx.ts";

/** An executable that has been built, and what is in it. */
export interface Built {
  readonly program: Program;
  readonly flavor: Flavor;
  readonly path: string;
  readonly components: readonly Component[];
}

export interface TreeOptions {
  /** `dist/release/<version>`; emptied first. */
  readonly directory: string;
  readonly version: string;
  /** SOURCE_DATE_EPOCH, in seconds: the only time that gets into any file. */
  readonly sourceDateEpoch: number;
  /** Whether deb and rpm can be made here (nfpm is a Go program). */
  readonly linuxPackages: boolean;
  /** Packages the Helm chart; without one the chart is left out. */
  readonly helm?: Helm | undefined;
  /** Static runtimes for the npm packages; without this the npm packages are left out. */
  readonly runtimes?: readonly BuiltRuntime[] | undefined;
  readonly say: (line: string) => void;
}

const LICENSE = join(ROOT, "LICENSE");

/** Writes everything that is published of a release, from its executables. */
export async function writeTree(executables: readonly Built[], options: TreeOptions): Promise<void> {
  rmSync(options.directory, { recursive: true, force: true });
  const files = new Map<string, string>();
  for (const built of executables) {
    for (const path of await writeAsset(built, options))
      files.set(relative(options.directory, path), sha256(readFileSync(path)));
  }
  await writeImage(executables, options);
  for (const path of writeChart(options))
    files.set(relative(options.directory, path), sha256(readFileSync(path)));
  for (const path of await writeNpm(options))
    files.set(relative(options.directory, path), sha256(readFileSync(path)));
  writeFileSync(join(options.directory, "SHA256SUMS"), checksumList(files));
  options.say(`SHA256SUMS lists ${files.size} files`);
}

/** One executable with all files next to it. @returns the files that SHA256SUMS lists */
async function writeAsset(built: Built, options: TreeOptions): Promise<readonly string[]> {
  const { program, flavor, path, components } = built;
  const { version, sourceDateEpoch, say } = options;
  const directory = join(options.directory, directoryOf(flavor));
  const asset = join(directory, assetName(program, flavor));
  mkdirSync(directory, { recursive: true });
  copyFileSync(path, asset);
  chmodSync(asset, 0o755);
  const digest = sha256(readFileSync(asset));
  writeFileSync(`${asset}.sha256`, `${digest}\n`);
  const subject = { name: assetName(program, flavor), version, sha256: digest, createdAt: sourceDateEpoch };
  writeFileSync(`${asset}.spdx.json`, spdxDocument(subject, components));
  const notices = `${asset}.NOTICES.txt`;
  writeFileSync(notices, thirdPartyNotices(program, components));

  const archive = join(directory, archiveName(program, version, flavor));
  await writeArchive(archive, archiveEntries(built, notices), sourceDateEpoch);
  const packages = packagesOf(built, { asset, notices, directory }, options);
  say(
    `${assetName(program, flavor)}  ${components.length} components  ${packages.length > 0 ? "archive, deb, rpm" : "archive"}`,
  );
  return [asset, `${asset}.spdx.json`, notices, archive, ...packages];
}

function archiveEntries({ program, flavor, path }: Built, notices: string): readonly Entry[] {
  const sample = sampleFor(program);
  return [
    { path: installedName(program, flavor), content: readFileSync(path), mode: 0o755 },
    { path: "LICENSE", content: readFileSync(LICENSE), mode: 0o644 },
    { path: "THIRD_PARTY_NOTICES", content: readFileSync(notices), mode: 0o644 },
    ...(sample === undefined
      ? []
      : [{ path: "credential-provider-config.yaml", content: readFileSync(sample), mode: 0o644 }]),
  ];
}

/** The sample CredentialProviderConfig of a plugin. */
export function sampleFor(program: Program): string | undefined {
  const path = join(import.meta.dirname, "../samples", `${program}.yaml`);
  return existsSync(path) ? path : undefined;
}

async function writeArchive(path: string, entries: readonly Entry[], modifiedAt: number): Promise<void> {
  if (path.endsWith(".zip")) return writeZip(path, entries, modifiedAt);
  writeFileSync(path, await gzip(await tar(entries, modifiedAt)));
}

/** deb and rpm of the static executables; Node's are for those who know what they want. */
function packagesOf(
  { program, flavor }: Built,
  {
    asset,
    notices,
    directory,
  }: { readonly asset: string; readonly notices: string; readonly directory: string },
  { version, sourceDateEpoch, linuxPackages }: TreeOptions,
): readonly string[] {
  if (!linuxPackages || flavor.os !== "linux" || flavor.runtime !== "static") return [];
  const contents: PackageContents = {
    program,
    version,
    arch: flavor.arch,
    executable: asset,
    license: LICENSE,
    notices,
    sample: sampleFor(program),
    changes: changesOf(version).flatMap(({ items }) => items.map((item) => item.replace(/\n+/g, " "))),
    modifiedAt: sourceDateEpoch,
  };
  return (["deb", "rpm"] as const).map((format) => {
    const target = join(directory, `${program}-${version}-${suffixOf(flavor)}.${format}`);
    writeLinuxPackage(format, contents, target);
    return target;
  });
}

/** The image has the static executables, for `COPY --from` and for the Helm chart. */
async function writeImage(executables: readonly Built[], options: TreeOptions): Promise<void> {
  const programs = (["amd64", "arm64"] as const).map((architecture) => {
    const paths = executables
      .filter(
        ({ flavor }) => flavor.os === "linux" && flavor.runtime === "static" && flavor.arch === architecture,
      )
      .map(({ program, path }) => [program, path] as const);
    return { architecture, paths: new Map(paths) };
  });
  const images = programs.filter(({ paths }) => paths.size > 0);
  if (images.length === 0) return;
  const directory = join(options.directory, "image");
  mkdirSync(dirname(directory), { recursive: true });
  await writeExecutablesImage(directory, images, options);
  options.say(`image: ${images.map(({ architecture }) => `linux/${architecture}`).join(", ")}`);
}

/** The packaged Helm chart, and the layout of what `helm push` would put into a registry. @returns the files that SHA256SUMS lists */
function writeChart({ helm, directory, version, sourceDateEpoch, say }: TreeOptions): readonly string[] {
  if (helm === undefined) return [];
  const target = join(directory, "chart");
  mkdirSync(target, { recursive: true });
  const archive = packageChart(helm, target, sourceDateEpoch);
  const metadata = chartMetadata();
  if (metadata["version"] !== version)
    throw new Error(
      `the chart has version ${metadata["version"]}, and the programs have ${version}: npm run version`,
    );
  writeChartLayout(join(directory, "chart-image"), readFileSync(archive), metadata, {
    version,
    createdAt: sourceDateEpoch,
    annotations: {
      "org.opencontainers.image.title": "imagecred",
      "org.opencontainers.image.description": String(metadata["description"]),
      "org.opencontainers.image.licenses": "Apache-2.0",
    },
  });
  say(`chart: ${basename(archive)}`);
  return [archive];
}

/** Writes the packages for `npm publish`, and their order. @returns the files that SHA256SUMS lists */
async function writeNpm({ directory, version, runtimes, say }: TreeOptions): Promise<readonly string[]> {
  if (runtimes === undefined) return [];
  const target = join(directory, "npm");
  const packages = await writeNpmPackages(target, { version, runtimes });
  for (const one of packages) {
    if (one.version !== version)
      throw new Error(
        `${one.name} has version ${one.version}, and the programs have ${version}: npm run version`,
      );
  }
  const order = packages.map(({ tarball }) => `${basename(tarball)}\n`).join("");
  writeFileSync(join(target, "ORDER"), order);
  say(`npm: ${packages.map(({ name }) => name).join(", ")}`);
  return packages.map(({ tarball }) => tarball);
}
