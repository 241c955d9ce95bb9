import { archiveName, FLAVORS } from "../../assets.ts";
import { type Downloads, download, REPOSITORY } from "../download.ts";

/** Scoop's names of our processors. */
const ARCHITECTURES = { amd64: "64bit", arm64: "arm64" } as const;

/** A scoop manifest for `imagecred` on Windows (Scoop wiki, "App Manifests"). */
export function scoopManifest(downloads: Downloads): string {
  const builds = FLAVORS.filter(({ os }) => os === "windows").flatMap((flavor) => {
    const file = download(archiveName("imagecred", downloads.version, flavor), downloads);
    return file === undefined ? [] : [{ architecture: ARCHITECTURES[flavor.arch], ...file }];
  });
  const { version } = downloads;
  const newer = (url: string) => url.replaceAll(version, "$version");
  const manifest = {
    version,
    description:
      "Write, check and simulate the kubelet's configuration for image credential provider plugins",
    homepage: `https://github.com/${REPOSITORY}`,
    license: "Apache-2.0",
    architecture: Object.fromEntries(
      builds.map(({ architecture, url, sha256 }) => [architecture, { url, hash: sha256 }]),
    ),
    bin: "imagecred.exe",
    checkver: { github: `https://github.com/${REPOSITORY}` },
    autoupdate: {
      architecture: Object.fromEntries(
        builds.map(({ architecture, url }) => [architecture, { url: newer(url) }]),
      ),
      hash: { url: `${newer(downloads.base)}/SHA256SUMS` },
    },
  };
  return `${JSON.stringify(manifest, null, 4)}\n`;
}
