import { installCommand } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

/** GKE's nodes with Ubuntu. Those with Container-Optimized OS do not run programs from where files could be put. */
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
    "GKE's kubelets have the flags already, and name these two places: compare them with `ps -o args= -C kubelet` on a node first, since Google does not document them.",
    "A new or upgraded node has GKE's own configuration again: use the Helm chart, so that every node gets yours.",
  ],
};
