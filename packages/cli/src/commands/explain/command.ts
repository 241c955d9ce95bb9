import { matchImage } from "@imagecred/kubelet";
import { formatGoDuration } from "@imagecred/protocol/go";
import { failsForImage, identitiesForImage } from "../../identity-map/for-image.ts";
import { executableOf } from "../../machine/executable.ts";
import { loadAcceptedConfig } from "../../machine/load-config.ts";
import { mapPlaces } from "../../machine/map-places.ts";
import { findPlaces, platformAt } from "../../machine/places.ts";
import { chooseVersion, kubeletOfMachine } from "../../machine/running-kubelet.ts";
import { ownMachine } from "../../machine/start-problem.ts";
import { identifyRegistry, registryHost } from "../../registry/identify.ts";
import { imageName } from "../../session/session.ts";
import type { Command } from "../command.ts";
import type { ExplainOptions } from "./definition.ts";
import type { ExplainDocument, ExplainedProvider } from "./document.ts";
import { renderExplain } from "./render.ts";

export const explain: Command<ExplainOptions, ExplainDocument> = {
  async run(options, platform) {
    const image = imageName(options.image);
    const places = findPlaces(options, platform, kubeletOfMachine(platform));
    const version = await chooseVersion(options, places.kubelet, platform);
    const reading = loadAcceptedConfig(places.config, version, platformAt(places, platform));
    const { config } = reading;
    const machine = ownMachine(platform);
    const host = registryHost(image.repo);
    const below = platformAt(places, platform);
    const maps = mapPlaces(places, [], below);
    const providers: ExplainedProvider[] = [];
    const notMatched: string[] = [];
    config.providers.forEach((provider) => {
      const pattern = provider.matchImages?.find((entry) => matchImage(entry, image.repo).matched);
      if (pattern === undefined) {
        notMatched.push(provider.name);
        return;
      }
      const { tokenAttributes: token, defaultCacheDuration: duration } = provider;
      providers.push({
        name: provider.name,
        pattern,
        apiVersion: provider.apiVersion,
        executable:
          places.binDir === undefined
            ? null
            : executableOf(provider.name, reading, {
                binDir: places.binDir,
                fileSystem: places.fileSystem,
                machine,
                kubernetesVersion: version.kubernetesVersion,
              }),
        args: provider.args ?? [],
        env: (provider.env ?? []).map(({ name }) => name),
        token:
          token === null
            ? null
            : {
                audience: token.serviceAccountTokenAudience,
                cacheType: token.cacheType,
                required: token.requireServiceAccount === true,
              },
        defaultCacheDuration: duration === null ? null : formatGoDuration(duration),
        identities: identitiesForImage(provider, image.repo, maps, below.fileSystem),
      });
    });
    return {
      kind: "Explanation",
      image: options.image,
      name: image.repo,
      tag: image.tag,
      digest: image.digest,
      registry: { host, ...identifyRegistry(host) },
      config: places.config,
      configSource: places.configSource,
      problem: places.problem ?? null,
      unseen: places.unseen,
      binDir: places.binDir ?? null,
      providers,
      notMatched,
    };
  },
  render: renderExplain,
  exitCode: ({ providers, problem }) =>
    problem === null &&
    providers.length > 0 &&
    providers.every(
      ({ executable, identities }) => executable?.usable !== false && !failsForImage(identities),
    )
      ? 0
      : 1,
};
