/** The run of one provider for one image, as shown by `imagecred get` and `doctor`. */
import type { MatchExplanation } from "@imagecred/protocol/keyring";
import type { PluginFault } from "../plugin/plugin-error.ts";
import type { ServiceAccountCoordinates } from "./service-account.ts";

/** The result of a provider. */
export type ProviderOutcome =
  /** No entry of matchImages matches the image: the plugin is not run, and nothing is logged. */
  | "no-match"
  /** `requireServiceAccount` is true and the pod has none: not run. */
  | "no-service-account"
  /** The service account lacks a required annotation: not run. */
  | "missing-annotation"
  | "cached"
  | "executed"
  /** Another pull of the same image was running the plugin, and both used its response. */
  | "shared"
  | "failed";

/** The cache entry that a response was read from or stored in. */
export interface CacheEntryTrace {
  readonly cacheKeyType: "Image" | "Registry" | "Global";
  /** The image, its registry, or `<global>`. */
  readonly base: string;
  /** True if it is only for this service account. */
  readonly perServiceAccount: boolean;
  /** Milliseconds since the epoch; undefined for a hit. */
  readonly expiresAt?: number;
}

/** The trace of one provider. Contains no secrets. */
export interface ProviderTrace {
  readonly provider: string;
  readonly outcome: ProviderOutcome;
  /** Every entry of matchImages up to the one that matches, which is the last. */
  readonly matches: readonly MatchExplanation[];
  /** Whether a token was requested for the plugin. */
  readonly serviceAccount?: ServiceAccountCoordinates;
  /** The annotation that is missing. */
  readonly missingAnnotation?: string;
  /** How long the plugin ran, in milliseconds. */
  readonly execMs?: number;
  readonly hit?: CacheEntryTrace;
  readonly stored?: CacheEntryTrace;
  /** Whether the response was not cached: its own or the default duration is 0. */
  readonly notStored?: "zero-duration" | "zero-default-duration";
  /** Keys of the response. */
  readonly keys?: readonly string[];
  /** The kubelet's error text. */
  readonly error?: string;
  readonly fault?: PluginFault;
  /** Details of the fault that are not in the kubelet's text. */
  readonly detail?: string;
}
