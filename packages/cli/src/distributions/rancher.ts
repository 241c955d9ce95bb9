import { installCommand } from "./node-commands.ts";
import type { Distribution, WindowsNodes } from "./types.ts";

const DIRECTORY = "/var/lib/rancher/credentialprovider";

/** k3s and RKE2 use fixed paths, and pass the flags to their kubelet if configuration and executables exist. */
function rancher(
  id: "k3s" | "rke2",
  title: string,
  units: string,
  more: readonly string[],
  windows?: WindowsNodes,
): Distribution {
  return {
    id,
    title,
    binDir: `${DIRECTORY}/bin`,
    configPath: `${DIRECTORY}/config.yaml`,
    installable: true,
    nodeFiles: [],
    restart: `systemctl try-restart '${units}'`,
    files: () => [],
    commands: (plan) => [installCommand(plan, id), `sudo systemctl try-restart '${units}'`],
    ...(windows === undefined ? {} : { windows }),
    notes: () => [
      `${title} uses ${DIRECTORY}/config.yaml and ${DIRECTORY}/bin without any flags. If the configuration is a directory or bin is missing, it ignores both, with only a debug message.`,
      "Run both commands on every node, servers and agents.",
      ...more,
    ],
  };
}

export const k3s = rancher("k3s", "k3s", "k3s*.service", []);

export const rke2 = rancher(
  "rke2",
  "RKE2",
  "rke2-*.service",
  ["RKE2 itself also runs the plugins to pull its runtime image, before any kubelet runs."],
  // docs.rke2.io, "Windows Agent Configuration Reference": the same paths, on the system's drive.
  {
    configPath: "C:\\var\\lib\\rancher\\credentialprovider\\config.yaml",
    binDir: "C:\\var\\lib\\rancher\\credentialprovider\\bin",
    service: "rke2",
  },
);
