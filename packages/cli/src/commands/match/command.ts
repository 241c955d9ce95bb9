import { matchImage } from "@imagecred/kubelet";
import { loadAcceptedConfig, minorVersion } from "../../machine/load-config.ts";
import { findPlaces, platformAt } from "../../machine/places.ts";
import { judgedAs, kubeletOfMachine } from "../../machine/running-kubelet.ts";
import { cautions, whyNot } from "../../output/explain-match.ts";
import { imageName } from "../../session/session.ts";
import type { Command } from "../command.ts";
import type { MatchOptions } from "./definition.ts";
import type { MatchDocument, PatternMatch, ProviderMatch } from "./document.ts";
import { renderMatch } from "./render.ts";
import { suggestionFor } from "./suggestion.ts";

export const match: Command<MatchOptions, MatchDocument> = {
  async run(options, platform) {
    const image = imageName(options.image);
    const places = findPlaces(options, platform, kubeletOfMachine(platform));
    const judged = await judgedAs(options, places.kubelet, platform);
    const { config } = loadAcceptedConfig(places.config, judged, platformAt(places, platform));
    const providers = config.providers.map(({ name, matchImages }): ProviderMatch => {
      const patterns = (matchImages ?? []).map((pattern) => patternMatch(pattern, image.repo));
      return { name, matched: patterns.some(({ matched }) => matched), patterns };
    });
    const isMatched = providers.some(({ matched }) => matched);
    return {
      kind: "Match",
      config: places.config,
      configSource: places.configSource,
      kubernetesVersion: `1.${minorVersion(judged.kubernetesVersion)}`,
      image: options.image,
      name: image.repo,
      tag: image.tag,
      digest: image.digest,
      providers,
      suggestion: isMatched ? null : (suggestionFor(image.repo, config) ?? null),
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
    message: whyNot(explanation),
    warnings: cautions(explanation),
  };
}
