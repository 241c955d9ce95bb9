/** A manifest or blob of a registry. */
export interface ImageContent {
  readonly mediaType: string;
  readonly body: string | Uint8Array;
}

/** Images of the registries. Each cloud decides which repositories exist and which credentials can read them. */
export interface ImageSource {
  /** @param reference a tag or a digest */
  manifest(host: string, repository: string, reference: string): ImageContent | undefined;
  blob(digest: string): ImageContent | undefined;
}

const INDEX = "application/vnd.oci.image.index.v1+json";

/** The same image without a platform under every name: enough to show that a credential works. */
export const EMPTY_IMAGES: ImageSource = {
  manifest: () => ({
    mediaType: INDEX,
    body: JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] }),
  }),
  blob: () => undefined,
};
