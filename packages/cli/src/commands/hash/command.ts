import { CommandError } from "../../errors.ts";
import { loadConfig, withoutContent } from "../../machine/load-config.ts";
import { findPlaces, platformAt } from "../../machine/places.ts";
import { kubeletOfMachine, type MachineKubelet } from "../../machine/running-kubelet.ts";
import type { Command } from "../command.ts";
import type { HashOptions } from "./definition.ts";
import type { HashDocument } from "./document.ts";

export const hash: Command<HashOptions, HashDocument> = {
  run(options, platform) {
    // The hash of a given file does not depend on the running kubelet, and finding that takes longer than hashing.
    const machine: MachineKubelet =
      options.config === undefined
        ? kubeletOfMachine(platform)
        : { state: "none", notes: [], machineProcesses: "seen" };
    const places = findPlaces({ config: options.config }, platform, machine);
    const { config } = places;
    const reading = loadConfig(config, {}, platformAt(places, platform));
    if (reading.hash === undefined) {
      throw new CommandError(
        `reading ${config}: ${withoutContent(reading.kubeletError ?? "there is no file to hash")}`,
      );
    }
    return {
      kind: "ConfigurationHash",
      config,
      files: reading.files,
      hash: reading.hash,
      metric: `kubelet_credential_provider_config_info{hash="${reading.hash}"} 1`,
    };
  },
  render: (document) => `${document.hash}\n`,
  exitCode: () => 0,
};
