import { installCommand } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

/**
 * GKE's nodes with Ubuntu. Their setup script (configure.sh, configure-auth-provider-gcp) writes its own configuration to this path,
 * and KUBELET_ARGS of their kube-env names both: seen in copies of these that others published, and on no node of ours.
 * Container-Optimized OS has the same places and makes /etc again at every boot; it has not been tried.
 */
export const gke: Distribution = {
  id: "gke",
  title: "GKE (Ubuntu nodes)",
  binDir: "/home/kubernetes/bin",
  configPath: "/etc/srv/kubernetes/cri_auth_config.yaml",
  installable: true,
  nodeFiles: [],
  restart: "systemctl restart kubelet",
  files: () => [],
  commands: (plan) => [installCommand(plan, "gke"), "sudo systemctl restart kubelet"],
  notes: () => [
    "GKE's kubelets have the flags already, and name these two places. Google does not document them: compare them with `ps -o args= -C kubelet` on a node first.",
    "A new or upgraded node has GKE's own configuration again: use the Helm chart, so that every node gets yours.",
  ],
};
