/**
 * What is published and how it is called. Names follow what scripts of node image builders expect (image-builder's
 * ecr_credential_provider role, etcd, cni-plugins): `<name>-<os>-<arch>[.exe]`, no version in the file name.
 */

import type { Platform, Runtime } from "@imagecred/workspace";

export const PROGRAMS = [
  "ecr-credential-provider",
  "acr-credential-provider",
  "gcr-credential-provider",
  "imagecred",
] as const;
export type Program = (typeof PROGRAMS)[number];

/** A build of every program: for an operating system and processor, on one of the two runtimes. */
export interface Flavor {
  readonly os: Platform["os"];
  readonly arch: Platform["arch"];
  readonly runtime: Runtime;
}

/** On Linux static (the default) and Node.js, on Windows Node.js only. */
export const FLAVORS: readonly Flavor[] = [
  { os: "linux", arch: "amd64", runtime: "static" },
  { os: "linux", arch: "arm64", runtime: "static" },
  { os: "linux", arch: "amd64", runtime: "nodejs" },
  { os: "linux", arch: "arm64", runtime: "nodejs" },
  { os: "windows", arch: "amd64", runtime: "nodejs" },
  { os: "windows", arch: "arm64", runtime: "nodejs" },
];

/** `linux-amd64`, `linux-amd64-nodejs`, `windows-arm64`: the end of every file name of that flavor. */
export function suffixOf({ os, arch, runtime }: Flavor): string {
  return os === "linux" && runtime === "nodejs" ? `${os}-${arch}-nodejs` : `${os}-${arch}`;
}

/** File name of a raw asset: `ecr-credential-provider-linux-amd64`. */
export function assetName(program: Program, flavor: Flavor): string {
  return `${program}-${suffixOf(flavor)}${flavor.os === "windows" ? ".exe" : ""}`;
}

/** Name under which the kubelet, or a person, starts the program. */
export function installedName(program: Program, { os }: Flavor): string {
  return os === "windows" ? `${program}.exe` : program;
}

/** File name of the archive: `ecr-credential-provider-1.2.3-linux-amd64.tar.gz`. */
export function archiveName(program: Program, version: string, flavor: Flavor): string {
  return `${program}-${version}-${suffixOf(flavor)}${flavor.os === "windows" ? ".zip" : ".tar.gz"}`;
}

/** Directory of a flavor's assets below the release's: `linux/amd64`, as image-builder's URLs have it. */
export function directoryOf({ os, arch }: Flavor): string {
  return `${os}/${arch}`;
}
