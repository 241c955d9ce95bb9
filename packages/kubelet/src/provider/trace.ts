/** What one provider did for one image: what `imagecred get` and `doctor` tell. */
import type { MatchExplanation } from "@imagecred/protocol/keyring";
import type { PluginFault } from "../plugin/plugin-error.ts";
import type { ServiceAccountCoordinates } from "./service-account.ts";

/** How far a provider came. */
export type ProviderOutcome =
  /** No entry of matchImages matches the image: the plugin is not run, and nothing is logged. */
  | "no-match"
  /** `requireServiceAccount` is true and the pod has none: not run. */
  | "no-service-account"
  /** The service account lacks a required annotation: not run. */
  | "missing-annotation"
  | "cached"
  | "executed"
  /** Another pull of the same image was running the plugin, and its answer served both. */
  | "shared"
  | "failed";

/** The cache's entry that an answer came from or went to. */
export interface CacheEntryTrace {
  readonly cacheKeyType: "Image" | "Registry" | "Global";
  /** The image, its registry, or `<global>`. */
  readonly base: string;
  /** True when it only serves this service account. */
  readonly perServiceAccount: boolean;
  /** Milliseconds since the epoch; undefined for a hit. */
  readonly expiresAt?: number;
}

/** The story of one provider. Holds no secret. */
export interface ProviderTrace {
  readonly provider: string;
  readonly outcome: ProviderOutcome;
  /** Every entry of matchImages up to the one that took the image, which is the last. */
  readonly matches: readonly MatchExplanation[];
  /** Whether a token was requested for the plugin. */
  readonly serviceAccount?: ServiceAccountCoordinates;
  /** The annotation that is missing. */
  readonly missingAnnotation?: string;
  /** How long the plugin ran, in milliseconds. */
  readonly execMs?: number;
  readonly hit?: CacheEntryTrace;
  readonly stored?: CacheEntryTrace;
  /** An answer that was not cached: its own or the default duration is 0. */
  readonly notStored?: "zero-duration" | "zero-default-duration";
  /** Keys of the answer. */
  readonly keys?: readonly string[];
  /** The kubelet's error text. */
  readonly error?: string;
  readonly fault?: PluginFault;
  /** What the kubelet knows about the fault and does not tell. */
  readonly detail?: string;
}
