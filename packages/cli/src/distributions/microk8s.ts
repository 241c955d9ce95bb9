import { installCommand } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

// A refresh of the snap keeps what is in common, and carries the file of arguments over (snapcraft.io, data locations).
const DIRECTORY = "/var/snap/microk8s/common/credential-providers";
const ARGUMENTS = "/var/snap/microk8s/current/args/kubelet";

/** MicroK8s' kubelet is a part of kubelite, which reads its arguments from a file (microk8s.io/docs/configuring-services). */
export const microk8s: Distribution = {
  id: "microk8s",
  title: "MicroK8s",
  binDir: `${DIRECTORY}/bin`,
  configPath: `${DIRECTORY}/config.yaml`,
  installable: true,
  nodeFiles: [{ name: "kubelet", paths: [ARGUMENTS], merge: "argument-file" }],
  restart: "snap restart microk8s.daemon-kubelite",
  files: () => [],
  commands: (plan) => [installCommand(plan, "microk8s"), "sudo snap restart microk8s.daemon-kubelite"],
  notes: () => [
    `The first command adds the two flags to ${ARGUMENTS}, which a refresh of the snap keeps.`,
    "kubelite is the control plane, too: its restart takes the API server of a node with it for some seconds.",
  ],
};
