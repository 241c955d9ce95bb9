import type { ProviderTrace } from "@imagecred/kubelet";
import type { EnvironmentSource } from "../../session/session.ts";

export interface ShownCredential {
  /** Key of the plugin's `auth` map: host, port and path that the credential is for. */
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
  /** Seconds for which the kubelet would cache the response; null if it would not cache it. */
  readonly cacheSeconds: number | null;
  /** The kubelet's error message. */
  readonly error: string | null;
  /** Details that the kubelet's message leaves out. */
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
  /** Keys of responses that the kubelet ignores, with its message. */
  readonly ignoredKeys: readonly { readonly key: string; readonly message: string }[];
}
