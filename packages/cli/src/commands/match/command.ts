import { type MatchExplanation, matchImage } from "@imagecred/kubelet";
import { loadAcceptedConfig, minorVersion } from "../../machine/load-config.ts";
import { findPlaces, runningKubelet } from "../../machine/places.ts";
import { cautions, whyNot } from "../../output/explain-match.ts";
import { imageName } from "../../session/session.ts";
import type { Command, CommonOptions } from "../command.ts";
import { renderMatch } from "./render.ts";

export interface MatchOptions extends CommonOptions {
  readonly image: string;
  readonly config?: string;
  readonly kubernetesVersion?: string;
}

export interface PatternMatch {
  readonly pattern: string;
  readonly matched: boolean;
  /** What decided: matched, port, label-count, path, label, invalid. */
  readonly reason: MatchExplanation["reason"]["kind"];
  /** In words; empty where it matches. */
  readonly why: string;
  readonly cautions: readonly string[];
}

export interface ProviderMatch {
  readonly name: string;
  readonly matched: boolean;
  readonly patterns: readonly PatternMatch[];
}

export interface MatchDocument {
  readonly kind: "Match";
  readonly config: string;
  readonly foundBy: string;
  readonly kubernetesVersion: string;
  /** As it was given. */
  readonly image: string;
  /** What patterns are compared with and plugins get to see. */
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
  readonly providers: readonly ProviderMatch[];
}

export const match: Command<MatchOptions, MatchDocument> = {
  run(options, platform) {
    const image = imageName(options.image);
    const kubelet = options.config === undefined ? runningKubelet(platform) : undefined;
    const places = findPlaces(options, platform, kubelet);
    const { config } = loadAcceptedConfig(places.config, options.kubernetesVersion, platform);
    return {
      kind: "Match",
      config: places.config,
      foundBy: places.foundBy,
      kubernetesVersion: `1.${minorVersion(options.kubernetesVersion)}`,
      image: options.image,
      name: image.repo,
      tag: image.tag,
      digest: image.digest,
      providers: config.providers.map(({ name, matchImages }): ProviderMatch => {
        const patterns = (matchImages ?? []).map((pattern) => patternMatch(pattern, image.repo));
        return { name, matched: patterns.some(({ matched }) => matched), patterns };
      }),
    };
  },
  render: renderMatch,
  exitCode: ({ providers }) => (providers.some(({ matched }) => matched) ? 0 : 1),
};

function patternMatch(pattern: string, image: string): PatternMatch {
  const explanation = matchImage(pattern, image);
  return {
    pattern,
    matched: explanation.matched,
    reason: explanation.reason.kind,
    why: whyNot(explanation),
    cautions: cautions(explanation),
  };
}
