/** A manifest or blob of a registry. */
export interface ImageContent {
  readonly mediaType: string;
  readonly body: string | Uint8Array;
}

/** Images of the registries. Which repositories exist, and who may read them, is each cloud's own affair. */
export interface ImageSource {
  /** @param reference a tag or a digest */
  manifest(host: string, repository: string, reference: string): ImageContent | undefined;
  blob(digest: string): ImageContent | undefined;
}

const INDEX = "application/vnd.oci.image.index.v1+json";

/** Under every name the same image, of no platform: enough to show that a credential works. */
export const EMPTY_IMAGES: ImageSource = {
  manifest: () => ({
    mediaType: INDEX,
    body: JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] }),
  }),
  blob: () => undefined,
};
