import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ImageContent, ImageSource } from "@imagecred/fake-clouds";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar";

/** A file of an image. */
export interface ImageFile {
  /** Without a leading slash. */
  readonly path: string;
  readonly content: Uint8Array;
}

/**
 * The registries' images (https://github.com/opencontainers/image-spec): a different one for each name, so that a
 * pulled image does not affect the next pull. All of them run the workload program.
 */
export class Images implements ImageSource {
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #manifests = new Map<string, Uint8Array>();
  readonly #workload: string;

  /** @param workload path of the static executable that is every image's only file */
  constructor(workload: string) {
    this.#workload = this.#store(tar([{ path: "workload", content: readFileSync(workload) }]));
  }

  manifest(host: string, repository: string, reference: string): ImageContent | undefined {
    if (reference.startsWith("sha256:")) return contentOf(this.#manifests.get(reference), MANIFEST);
    const name = `${host}/${repository}:${reference}`;
    const body = this.#manifestOf(name);
    this.#manifests.set(digestOf(body), body);
    return contentOf(body, MANIFEST);
  }

  blob(digest: string): ImageContent | undefined {
    return contentOf(this.#blobs.get(digest), "application/octet-stream");
  }

  #manifestOf(name: string): Uint8Array {
    const config = encode({
      architecture: { x64: "amd64", arm64: "arm64" }[process.arch as string],
      os: "linux",
      config: { Entrypoint: ["/workload"], Cmd: [name], Labels: { name } },
      rootfs: { type: "layers", diff_ids: [this.#workload] },
    });
    return encode({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: CONFIG, digest: this.#store(config), size: config.length },
      layers: [{ mediaType: LAYER, digest: this.#workload, size: this.#blobs.get(this.#workload)?.length }],
    });
  }

  #store(content: Uint8Array): string {
    const digest = digestOf(content);
    this.#blobs.set(digest, content);
    return digest;
  }
}

function digestOf(content: Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

function contentOf(body: Uint8Array | undefined, mediaType: string): ImageContent | undefined {
  return body === undefined ? undefined : { mediaType, body };
}

function encode(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

const BLOCK = 512;

/** A tar archive (POSIX ustar) of executable files that root owns. */
export function tar(files: readonly ImageFile[]): Buffer {
  const parts = files.flatMap(({ path, content }) => [
    header(path, content.length),
    content,
    Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, "0")}\0`;
  const fields: readonly (readonly [offset: number, text: string])[] = [
    [0, path],
    [100, octal(0o755, 8)],
    [108, octal(0, 8)],
    [116, octal(0, 8)],
    [124, octal(size, 12)],
    [136, octal(0, 12)],
    [148, " ".repeat(8)],
    [156, "0"],
    [257, "ustar\0" + "00"],
  ];
  for (const [offset, text] of fields) block.write(text, offset, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
