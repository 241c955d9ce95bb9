import { installCommand, kubeletFlags } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

const BIN_DIR = "/var/lib/k0s/credential-providers/bin";
const CONFIG_PATH = "/var/lib/k0s/credential-providers/config.yaml";

const FLAGS = `k0s gets the flags once, where its service is made: k0s install worker --force --kubelet-extra-args="${kubeletFlags(CONFIG_PATH, BIN_DIR).join(" ")}" beside the options that it has (k0sctl: installFlags).`;

/** k0s starts the kubelet itself, with the flags of `k0s worker --kubelet-extra-args`: a part of its service's command. */
export const k0s: Distribution = {
  id: "k0s",
  title: "k0s",
  binDir: BIN_DIR,
  configPath: CONFIG_PATH,
  installable: true,
  nodeFiles: [],
  flagsByHand: FLAGS,
  restart: "systemctl try-restart 'k0s*.service'",
  files: () => [],
  commands: (plan) => [installCommand(plan, "k0s"), "sudo systemctl try-restart 'k0s*.service'"],
  notes: () => [FLAGS],
};
