import type { ProviderTrace } from "@imagecred/kubelet";
import type { EnvironmentSource } from "../../session/session.ts";

export interface ShownCredential {
  /** What the plugin gave it for: host, port and path. */
  readonly key: string;
  readonly provider: string;
  readonly username: string;
  /** null unless --reveal. */
  readonly password: string | null;
  readonly passwordLength: number;
}

export interface ShownProvider {
  readonly name: string;
  readonly outcome: ProviderTrace["outcome"];
  /** Milliseconds that the plugin ran. */
  readonly ms: number | null;
  readonly keys: readonly string[];
  readonly cacheKeyType: string | null;
  /** Seconds for which the kubelet would keep the answer, null where it would not. */
  readonly cacheSeconds: number | null;
  /** The kubelet's own words. */
  readonly error: string | null;
  /** What the kubelet knows and does not say. */
  readonly detail: string | null;
}

export interface GetDocument {
  readonly kind: "Credentials";
  readonly image: string;
  readonly name: string;
  readonly config: string;
  readonly binDir: string;
  readonly environment: EnvironmentSource;
  /** In the order in which the kubelet tries them. */
  readonly credentials: readonly ShownCredential[];
  readonly providers: readonly ShownProvider[];
  /** Keys of answers that the kubelet drops, with its words. */
  readonly ignoredKeys: readonly { readonly key: string; readonly message: string }[];
}
