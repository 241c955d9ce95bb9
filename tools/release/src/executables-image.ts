import { readFileSync } from "node:fs";
import type { Entry } from "./archive.ts";
import { checksumList, sha256 } from "./checksums.ts";
import { writeOciLayout } from "./oci-layout.ts";

/** Executables of one processor architecture: path of each file by the name that it gets in the image. */
export interface ImagePrograms {
  readonly architecture: "amd64" | "arm64";
  readonly paths: ReadonlyMap<string, string>;
}

export const CHECKSUMS = "SHA256SUMS";

/**
 * Writes an OCI image layout whose images have static executables at their root, for `COPY --from` and for the Helm chart, and
 * their SHA256SUMS, by which `imagecred install` checks them.
 */
export async function writeExecutablesImage(
  directory: string,
  programs: readonly ImagePrograms[],
  { version, sourceDateEpoch }: { readonly version: string; readonly sourceDateEpoch: number },
): Promise<void> {
  const images = programs.map(({ architecture, paths }) => ({
    os: "linux",
    architecture,
    entries: entriesOf(paths),
  }));
  await writeOciLayout(directory, images, {
    version,
    createdAt: sourceDateEpoch,
    annotations: {
      "org.opencontainers.image.title": "imagecred",
      "org.opencontainers.image.description":
        "Kubelet image credential provider plugins, for COPY --from and for the Helm chart",
      "org.opencontainers.image.licenses": "Apache-2.0",
    },
  });
}

function entriesOf(paths: ReadonlyMap<string, string>): readonly Entry[] {
  const entries = [...paths].map(
    ([path, file]): Entry => ({ path, content: readFileSync(file), mode: 0o755 }),
  );
  const sums = checksumList(new Map(entries.map(({ path, content }) => [path, sha256(content)])));
  return [...entries, { path: CHECKSUMS, content: Buffer.from(sums), mode: 0o644 }];
}
