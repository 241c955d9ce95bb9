import { CommandError } from "../../errors.ts";
import { loadConfig, withoutContent } from "../../machine/load-config.ts";
import { findPlaces, runningKubelet } from "../../machine/places.ts";
import type { Command, CommonOptions } from "../command.ts";

export interface HashOptions extends CommonOptions {
  readonly config?: string;
}

export interface HashDocument {
  readonly kind: "Hash";
  readonly config: string;
  readonly files: readonly string[];
  /** `sha256:` and 64 hexadecimal digits. */
  readonly hash: string;
  /** The line of the kubelet's metrics. */
  readonly metric: string;
}

export const hash: Command<HashOptions, HashDocument> = {
  run(options, platform) {
    const kubelet = options.config === undefined ? runningKubelet(platform) : undefined;
    const { config } = findPlaces({ config: options.config }, platform, kubelet);
    const reading = loadConfig(config, undefined, platform);
    if (reading.hash === undefined) {
      throw new CommandError(
        `reading ${config}: ${withoutContent(reading.kubeletError ?? "there is nothing to hash")}`,
      );
    }
    return {
      kind: "Hash",
      config,
      files: reading.files,
      hash: reading.hash,
      metric: `kubelet_credential_provider_config_info{hash="${reading.hash}"} 1`,
    };
  },
  render: (document) => `${document.hash}\n`,
  exitCode: () => 0,
};
