import { stringify } from "yaml";
import { archiveName, FLAVORS, installedName } from "../../assets.ts";
import { type Downloads, download, REPOSITORY } from "../download.ts";

/** A krew plugin manifest for `kubectl imagecred` (krew, pkg/index/types.go): what runs without an interpreter. */
export function krewManifest(downloads: Downloads): string {
  const platforms = FLAVORS.filter(({ os, runtime }) => os === "windows" || runtime === "static").flatMap(
    (flavor) => {
      const file = download(archiveName("imagecred", downloads.version, flavor), downloads);
      if (file === undefined) return [];
      const bin = installedName("imagecred", flavor);
      return [
        {
          selector: { matchLabels: { os: flavor.os, arch: flavor.arch } },
          uri: file.url,
          sha256: file.sha256,
          files: [
            { from: bin, to: "." },
            { from: "LICENSE", to: "." },
          ],
          bin,
        },
      ];
    },
  );
  return stringify(
    {
      apiVersion: "krew.googlecontainertools.github.com/v1alpha2",
      kind: "Plugin",
      metadata: { name: "imagecred" },
      spec: {
        version: `v${downloads.version}`,
        homepage: `https://github.com/${REPOSITORY}`,
        shortDescription: "Check and debug kubelet image credentials",
        description: `Writes, checks and simulates the kubelet's configuration for image credential provider
plugins for Amazon ECR, Azure Container Registry and Google Artifact Registry:
validates a CredentialProviderConfig as the kubelet reads it, and shows which
provider serves an image and what it returns.
`,
        platforms,
      },
    },
    { lineWidth: 0 },
  );
}
