import { matchImage } from "@imagecred/kubelet";
import { identitiesForImage } from "../../identity-map/for-image.ts";
import { loadAcceptedConfig, minorVersion } from "../../machine/load-config.ts";
import { mapPlaces } from "../../machine/map-places.ts";
import { findPlaces, platformAt } from "../../machine/places.ts";
import { chooseVersion, kubeletOfMachine } from "../../machine/running-kubelet.ts";
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
    const version = await chooseVersion(options, places.kubelet, platform);
    const below = platformAt(places, platform);
    const { config } = loadAcceptedConfig(places.config, version, below);
    const maps = mapPlaces(places, [], below);
    const providers = config.providers.map((provider): ProviderMatch => {
      const { name, matchImages } = provider;
      const patterns = (matchImages ?? []).map((pattern) => patternMatch(pattern, image.repo));
      const matched = patterns.some((pattern) => pattern.matched);
      const identities = matched ? identitiesForImage(provider, image.repo, maps, below.fileSystem) : null;
      return { name, matched, patterns, identities };
    });
    const isMatched = providers.some(({ matched }) => matched);
    return {
      kind: "Match",
      config: places.config,
      configSource: places.configSource,
      kubernetesVersion: `1.${minorVersion(version.kubernetesVersion)}`,
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
