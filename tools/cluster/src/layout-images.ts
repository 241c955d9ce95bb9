import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImageContent, ImageSource } from "@imagecred/fake-clouds";

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Images of an OCI image layout (https://github.com/opencontainers/image-spec, image-layout.md), by their tags in it and by digest. */
export class LayoutImages implements ImageSource {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  manifest(_host: string, _repository: string, reference: string): ImageContent | undefined {
    const digest = reference.startsWith("sha256:") ? reference : this.#tagged(reference)?.digest;
    const body = digest === undefined ? undefined : this.#read(digest);
    if (body === undefined) return undefined;
    const { mediaType } = JSON.parse(body.toString()) as Descriptor;
    return { mediaType, body };
  }

  blob(digest: string): ImageContent | undefined {
    const body = this.#read(digest);
    return body === undefined ? undefined : { mediaType: "application/octet-stream", body };
  }

  #tagged(tag: string): Descriptor | undefined {
    const index = readFileSync(join(this.#directory, "index.json"), "utf8");
    const { manifests } = JSON.parse(index) as { readonly manifests: readonly Descriptor[] };
    return manifests.find(({ annotations }) => annotations?.["org.opencontainers.image.ref.name"] === tag);
  }

  #read(digest: string): Buffer | undefined {
    const path = join(this.#directory, "blobs", digest.replace(":", "/"));
    return /^sha256:[0-9a-f]{64}$/.test(digest) && existsSync(path) ? readFileSync(path) : undefined;
  }
}
