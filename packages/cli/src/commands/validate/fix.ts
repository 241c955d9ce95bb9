import type { ConfigReading } from "@imagecred/kubelet";
import type { Change } from "../../edit/change.ts";

/** How to fix a problem with which the kubelet does not start. */
export interface Fix {
  readonly text: string;
  readonly changes?: readonly Change[];
  readonly guess?: boolean;
}

/** The context that a fix can depend on besides the problem. */
export interface FixContext {
  readonly reading: ConfigReading;
  readonly minor: number;
  readonly texts: ReadonlyMap<string, string>;
  /** Whether the path is a directory. */
  readonly isDirectory: boolean;
}

/** The newest version of the plugin protocol. */
export const PROVIDER_API_VERSION = "credentialprovider.kubelet.k8s.io/v1";

/** The provider with the problem. */
export interface ProviderFacts {
  readonly at: string;
  readonly name: string;
}

/** The change that sets a field. @param path the field's whole path, which ends with `key` */
export function setting(path: string, key: string, value: string | boolean | readonly string[]): Change {
  return { kind: "set", at: path.slice(0, path.length - key.length - 1), key, value };
}
