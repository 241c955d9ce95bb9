import type { ConfigReading } from "@imagecred/kubelet";
import type { Change } from "../../edit/change.ts";

/** What to do about a problem that stops the kubelet. */
export interface Fix {
  readonly text: string;
  readonly changes?: readonly Change[];
  readonly guess?: boolean;
}

/** What a fix may depend on, apart from the problem. */
export interface FixContext {
  readonly reading: ConfigReading;
  readonly minor: number;
  readonly texts: ReadonlyMap<string, string>;
  /** Whether the path is a directory. */
  readonly isDirectory: boolean;
}

/** The newest protocol of plugins. */
export const PROVIDER_API_VERSION = "credentialprovider.kubelet.k8s.io/v1";

/** The provider that a problem is in. */
export interface ProviderFacts {
  readonly at: string;
  readonly name: string;
}

/** The change that sets a field, given its whole path. */
export function setting(path: string, key: string, value: string | boolean | readonly string[]): Change {
  return { kind: "set", at: path.slice(0, path.length - key.length - 1), key, value };
}
