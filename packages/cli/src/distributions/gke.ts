import { installCommand } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

/**
 * GKE's nodes with Ubuntu. Their setup script (configure.sh, configure-auth-provider-gcp) writes its own configuration to this
 * path, and KUBELET_ARGS of their kube-env has both paths. Source: published copies of these files; not tested on a real node.
 * Container-Optimized OS has the same paths and recreates /etc at every boot; not tested either.
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
    "GKE already sets the kubelet's flags to these two paths. Google does not document them: first compare them with `ps -o args= -C kubelet` on a node.",
    "A new or upgraded node has GKE's own configuration again: use the Helm chart, so that every new node gets yours.",
  ],
};
