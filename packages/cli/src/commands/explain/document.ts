import type { IdentitiesForImage } from "../../identity-map/for-image.ts";

export interface ExplainedProvider {
  readonly name: string;
  /** The first entry of matchImages that matches. */
  readonly pattern: string;
  readonly apiVersion: string;
  /** null if the bin dir is not known. */
  readonly executable: {
    readonly path: string;
    readonly description: string;
    readonly usable: boolean;
  } | null;
  readonly args: readonly string[];
  /** Names only: values can be secret. */
  readonly env: readonly string[];
  readonly token: {
    readonly audience: string;
    readonly cacheType: string;
    readonly required: boolean;
  } | null;
  readonly defaultCacheDuration: string | null;
  /** The effect of its `--identities` file on the image; null without one. */
  readonly identities: IdentitiesForImage | null;
}

export interface ExplainDocument {
  readonly kind: "Explanation";
  readonly image: string;
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
  readonly registry: { readonly host: string; readonly service: string; readonly details: string };
  readonly config: string;
  readonly configSource: string;
  /** Why this machine's kubelet does not read this configuration, and the fix; null if it does, or if no kubelet runs. */
  readonly problem: { readonly reason: string; readonly fix: string } | null;
  /** Facts about this machine's kubelet that imagecred could not read. */
  readonly unseen: readonly string[];
  readonly binDir: string | null;
  readonly providers: readonly ExplainedProvider[];
  /** Names of the providers that are not run. */
  readonly notMatched: readonly string[];
}
