import { installCommand } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

// A refresh of the snap keeps files in `common`, and copies the file of arguments (snapcraft.io, data locations).
const DIRECTORY = "/var/snap/microk8s/common/credential-providers";
const ARGUMENTS = "/var/snap/microk8s/current/args/kubelet";

/** MicroK8s' kubelet is part of kubelite, which reads its arguments from a file (microk8s.io/docs/configuring-services). */
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
    "kubelite is also the control plane: while it restarts, the node's API server is down for some seconds.",
  ],
};
