import { installCommand } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

/** AKS sets both flags itself and writes the configuration when a node is made. */
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
    "AKS has the flags already; its own acr-credential-provider and configuration are kept as backups beside ours.",
    "A node image upgrade brings back AKS's own: run both from the installer DaemonSet, so that every new node gets them.",
  ],
};
