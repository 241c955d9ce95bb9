import { installCommand } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

/** AKS sets both flags itself and writes the configuration when a node is created. */
export const aks: Distribution = {
  id: "aks",
  title: "Azure Kubernetes Service",
  binDir: "/var/lib/kubelet/credential-provider",
  configPath: "/var/lib/kubelet/credential-provider-config.yaml",
  installable: true,
  nodeFiles: [],
  restart: "systemctl restart kubelet",
  // Azure/AgentBaker, staging/cse/windows/kubeletfunc.ps1.
  windows: {
    configPath: "C:\\k\\credential-provider-config.yaml",
    binDir: "C:\\var\\lib\\kubelet\\credential-provider",
    service: "kubelet",
    more: "Their azure.json is C:\\k\\azure.json (--azure-config).",
  },
  files: () => [],
  commands: (plan) => [installCommand(plan, "aks"), "sudo systemctl restart kubelet"],
  notes: () => [
    "AKS already sets the flags. Its own acr-credential-provider and configuration are kept as backups next to ours.",
    "A node image upgrade restores AKS's own files: use the Helm chart, so that every new node gets yours.",
  ],
};
