import { installCommand, kubeletFlags } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

// A refresh of the snap keeps what is in common, and carries the file of arguments over (snapcraft.io, data locations).
const DIRECTORY = "/var/snap/microk8s/common/credential-providers";
const BIN_DIR = `${DIRECTORY}/bin`;
const CONFIG_PATH = `${DIRECTORY}/config.yaml`;
const ARGUMENTS = "/var/snap/microk8s/current/args/kubelet";

const FLAGS = `Add the flags once, a line each, to ${ARGUMENTS}: ${kubeletFlags(CONFIG_PATH, BIN_DIR).join(" and ")}.`;

/** MicroK8s' kubelet is a part of kubelite, which reads its arguments from a file. */
export const microk8s: Distribution = {
  id: "microk8s",
  title: "MicroK8s",
  binDir: BIN_DIR,
  configPath: CONFIG_PATH,
  installable: true,
  nodeFiles: [],
  flagsByHand: FLAGS,
  restart: "snap restart microk8s.daemon-kubelite",
  files: () => [],
  commands: (plan) => [installCommand(plan, "microk8s"), "sudo snap restart microk8s.daemon-kubelite"],
  notes: () => [
    FLAGS,
    "kubelite is the control plane, too: its restart takes the API server of a node with it for some seconds.",
  ],
};
