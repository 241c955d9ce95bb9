import type { IdentitiesForImage } from "../../identity-map/for-image.ts";

export interface ExplainedProvider {
  readonly name: string;
  /** The first entry that matches, which is what decides. */
  readonly pattern: string;
  readonly apiVersion: string;
  /** null where the bin dir is not known. */
  readonly executable: {
    readonly path: string;
    readonly description: string;
    readonly usable: boolean;
  } | null;
  readonly args: readonly string[];
  /** Names only: values may be secret. */
  readonly env: readonly string[];
  readonly token: {
    readonly audience: string;
    readonly cacheType: string;
    readonly required: boolean;
  } | null;
  readonly defaultCacheDuration: string | null;
  /** What its file of `--identities` means for the image; null without one. */
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
  /** Why the kubelet of this machine does not read this configuration, and what makes it; null where it does, or none runs. */
  readonly problem: { readonly reason: string; readonly fix: string } | null;
  /** What could not be seen of this machine's kubelet. */
  readonly unseen: readonly string[];
  readonly binDir: string | null;
  readonly providers: readonly ExplainedProvider[];
  /** Names of the providers that are not asked. */
  readonly notMatched: readonly string[];
}
