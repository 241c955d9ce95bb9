import { installCommand } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

/** Clusters that kube-up made on Compute Engine, whose kubelets have both flags already. */
export const gce: Distribution = {
  id: "gce",
  title: "Google Compute Engine (kube-up)",
  binDir: "/home/kubernetes/bin",
  configPath: "/home/kubernetes/cri-auth-config.yaml",
  // kubernetes/cloud-provider-gcp, cluster/gce/config-common.sh.
  windows: {
    configPath: "C:\\etc\\kubernetes\\cri-auth-config.yaml",
    binDir: "C:\\etc\\kubernetes\\node\\bin",
    service: "kubelet",
  },
  installable: true,
  nodeFiles: [],
  restart: "systemctl restart kubelet",
  files: () => [],
  commands: (plan) => [installCommand(plan, "gce"), "sudo systemctl restart kubelet"],
  notes: () => [
    "The kubelets have both flags already. auth-provider-gcp stays where it is; the configuration no longer names it.",
    "GKE is another distribution (gke): its nodes bring their own configuration back.",
  ],
};
