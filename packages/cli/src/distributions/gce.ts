import { installCommand } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

/** Clusters created by kube-up on Compute Engine, which already sets both flags of the kubelets. */
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
    "The kubelets already have both flags. auth-provider-gcp stays installed; the configuration no longer uses it.",
    "GKE is another distribution (gke): its nodes restore their own configuration.",
  ],
};
