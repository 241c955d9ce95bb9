import type { MatchExplanation } from "@imagecred/kubelet";
import type { IdentitiesForImage } from "../../identity-map/for-image.ts";
import type { Suggestion } from "./suggestion.ts";

export interface PatternMatch {
  readonly pattern: string;
  readonly matched: boolean;
  /** Result of the comparison: matched, port, label-count, path, label, invalid. */
  readonly reason: MatchExplanation["reason"]["kind"];
  /** The reason in words; empty if it matches. */
  readonly message: string;
  readonly warnings: readonly string[];
}

export interface ProviderMatch {
  readonly name: string;
  readonly matched: boolean;
  readonly patterns: readonly PatternMatch[];
  /** The effect of its `--identities` file on the image; null without one, and if the provider does not match. */
  readonly identities: IdentitiesForImage | null;
}

export interface MatchDocument {
  readonly kind: "Match";
  readonly config: string;
  readonly configSource: string;
  readonly kubernetesVersion: string;
  /** As given on the command line. */
  readonly image: string;
  /** The image name that patterns are compared with and that plugins get. */
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
  readonly providers: readonly ProviderMatch[];
  /** The advice: a pattern or provider to add to the configuration; null if a provider matches, or if no provider is close. */
  readonly suggestion: Suggestion | null;
}
