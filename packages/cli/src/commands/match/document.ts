import type { MatchExplanation } from "@imagecred/kubelet";
import type { IdentitiesForImage } from "../../identity-map/for-image.ts";
import type { Suggestion } from "./suggestion.ts";

export interface PatternMatch {
  readonly pattern: string;
  readonly matched: boolean;
  /** What decided: matched, port, label-count, path, label, invalid. */
  readonly reason: MatchExplanation["reason"]["kind"];
  /** In words; empty where it matches. */
  readonly message: string;
  readonly warnings: readonly string[];
}

export interface ProviderMatch {
  readonly name: string;
  readonly matched: boolean;
  readonly patterns: readonly PatternMatch[];
  /** What its file of `--identities` means for the image; null without one, and where it does not run. */
  readonly identities: IdentitiesForImage | null;
}

export interface MatchDocument {
  readonly kind: "Match";
  readonly config: string;
  readonly configSource: string;
  readonly kubernetesVersion: string;
  /** As it was given. */
  readonly image: string;
  /** What patterns are compared with and plugins get to see. */
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
  readonly providers: readonly ProviderMatch[];
  /** What to add to the configuration; null where a provider matches, and where no provider is near. */
  readonly suggestion: Suggestion | null;
}
