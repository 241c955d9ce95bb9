import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Entry, gzip, tar } from "./archive.ts";
import { sha256 } from "./checksums.ts";

/** One platform's image: a single layer with these files, from scratch. */
export interface PlatformImage {
  readonly os: string;
  readonly architecture: string;
  readonly entries: readonly Entry[];
}

export interface ImageDetails {
  readonly version: string;
  /** SOURCE_DATE_EPOCH, in seconds. */
  readonly createdAt: number;
  /** org.opencontainers.image.* annotations beside version and created. */
  readonly annotations: Readonly<Record<string, string>>;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * Writes an OCI image layout (image-spec 1.1, image-layout.md) with one multi-platform index, tagged with the version:
 * for `COPY --from`, and for `skopeo copy oci:DIRECTORY docker://...`.
 */
export async function writeOciLayout(
  directory: string,
  images: readonly PlatformImage[],
  details: ImageDetails,
): Promise<void> {
  const blobs = join(directory, "blobs", "sha256");
  mkdirSync(blobs, { recursive: true });
  const write = (mediaType: string, bytes: Uint8Array): Descriptor => {
    const hex = sha256(bytes);
    writeFileSync(join(blobs, hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const writeJson = (mediaType: string, value: unknown) =>
    write(mediaType, Buffer.from(JSON.stringify(value)));
  const created = new Date(details.createdAt * 1000).toISOString();
  const annotations = {
    "org.opencontainers.image.version": details.version,
    "org.opencontainers.image.created": created,
    ...details.annotations,
  };

  const manifests: unknown[] = [];
  for (const { os, architecture, entries } of images) {
    const layer = await tar(entries, details.createdAt);
    const layerBlob = write("application/vnd.oci.image.layer.v1.tar+gzip", await gzip(layer));
    const config = writeJson("application/vnd.oci.image.config.v1+json", {
      created,
      architecture,
      os,
      config: {},
      rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] },
      history: [{ created, created_by: "imagecred release" }],
    });
    const manifest = writeJson("application/vnd.oci.image.manifest.v1+json", {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config,
      layers: [layerBlob],
      annotations,
    });
    manifests.push({ ...manifest, platform: { os, architecture } });
  }
  const index = writeJson("application/vnd.oci.image.index.v1+json", {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests,
    annotations,
  });
  const tagged = { ...index, annotations: { "org.opencontainers.image.ref.name": details.version } };
  writeFileSync(
    join(directory, "index.json"),
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [tagged],
    }),
  );
  writeFileSync(join(directory, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
}
