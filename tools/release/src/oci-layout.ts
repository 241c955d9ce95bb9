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
  /** org.opencontainers.image.* annotations besides version and created. */
  readonly annotations: Readonly<Record<string, string>>;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";

/**
 * Writes an OCI image layout (image-spec 1.1, image-layout.md) with one multi-platform index, tagged with the version:
 * for `COPY --from`, and for `skopeo copy oci:DIRECTORY docker://...`.
 */
export async function writeOciLayout(
  directory: string,
  images: readonly PlatformImage[],
  details: ImageDetails,
): Promise<void> {
  const layout = new Layout(directory);
  const created = createdOf(details);
  const annotations = annotationsOf(details);
  const manifests: unknown[] = [];
  for (const { os, architecture, entries } of images) {
    const layer = await tar(entries, details.createdAt);
    const layerBlob = layout.write("application/vnd.oci.image.layer.v1.tar+gzip", await gzip(layer));
    const config = layout.writeJson("application/vnd.oci.image.config.v1+json", {
      created,
      architecture,
      os,
      config: {},
      rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] },
      history: [{ created, created_by: "imagecred release" }],
    });
    const manifest = layout.writeJson(MANIFEST, {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config,
      layers: [layerBlob],
      annotations,
    });
    manifests.push({ ...manifest, platform: { os, architecture } });
  }
  const index = layout.writeJson(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests, annotations });
  layout.finish(index, details.version);
}

/**
 * Writes an OCI image layout with a Helm chart as `helm push` would put it into a registry
 * (https://helm.sh/docs/topics/registries/, "Helm chart manifest"), tagged with its version.
 * @param metadata the fields of its Chart.yaml
 */
export function writeChartLayout(
  directory: string,
  archive: Uint8Array,
  metadata: Readonly<Record<string, unknown>>,
  details: ImageDetails,
): void {
  const layout = new Layout(directory);
  const manifest = layout.writeJson(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: layout.writeJson("application/vnd.cncf.helm.config.v1+json", metadata),
    layers: [layout.write("application/vnd.cncf.helm.chart.content.v1.tar+gzip", archive)],
    annotations: annotationsOf(details),
  });
  layout.finish(manifest, details.version);
}

/** The directory of a layout while it is written. */
class Layout {
  readonly #directory: string;
  readonly #blobs: string;

  constructor(directory: string) {
    this.#directory = directory;
    this.#blobs = join(directory, "blobs", "sha256");
    mkdirSync(this.#blobs, { recursive: true });
  }

  write(mediaType: string, bytes: Uint8Array): Descriptor {
    const hex = sha256(bytes);
    writeFileSync(join(this.#blobs, hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  }

  writeJson(mediaType: string, value: unknown): Descriptor {
    return this.write(mediaType, Buffer.from(JSON.stringify(value)));
  }

  /** Tags what the layout is about. */
  finish(descriptor: Descriptor, tag: string): void {
    const tagged = { ...descriptor, annotations: { "org.opencontainers.image.ref.name": tag } };
    const index = { schemaVersion: 2, mediaType: INDEX, manifests: [tagged] };
    writeFileSync(join(this.#directory, "index.json"), JSON.stringify(index));
    writeFileSync(join(this.#directory, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  }
}

function createdOf({ createdAt }: ImageDetails): string {
  return new Date(createdAt * 1000).toISOString();
}

function annotationsOf(details: ImageDetails): Readonly<Record<string, string>> {
  return {
    "org.opencontainers.image.version": details.version,
    "org.opencontainers.image.created": createdOf(details),
    ...details.annotations,
  };
}
