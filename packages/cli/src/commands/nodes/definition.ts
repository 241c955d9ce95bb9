import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import { COMMON_OPTIONS } from "../shared-options.ts";

export const nodes = {
  name: "nodes",
  summary: "show which configuration each node of a cluster runs, and its plugins' errors",
  description:
    "Reads the metrics of every node's kubelet through the API server: the hash of the configuration that it has read " +
    "(Kubernetes 1.34 and newer), and the runs and errors of its plugins since it started. Shows which nodes run another " +
    "configuration. A node whose metrics cannot be read is shown with the reason. Exits with 1 unless all nodes run it.",
  options: [
    {
      name: "config",
      short: "c",
      value: "path",
      about: "configuration that the nodes should run (default: the one that most nodes run)",
      completes: "file",
    },
    {
      name: "kubeconfig",
      value: "file",
      about:
        "kubeconfig of the cluster (default: KUBECONFIG, else ~/.kube/config, else the pod's service account)",
      completes: "file",
    },
    { name: "context", value: "name", about: "context of the kubeconfig (default: its current context)" },
    { name: "selector", short: "l", value: "labels", about: "only nodes with these labels, as in kubectl" },
    {
      name: "timeout",
      value: "duration",
      about: "timeout of one request",
      default: "10s",
    },
    {
      name: "parallel",
      value: "number",
      about: "maximum number of requests at the same time",
      default: "16",
    },
    ...COMMON_OPTIONS,
  ],
  examples: [
    {
      command: "imagecred nodes --config imagecred-kubeadm/credential-provider-config.yaml",
      about: "check that every node has read the new configuration",
    },
    { command: "imagecred nodes -l node-role.kubernetes.io/control-plane -o json", about: "for a program" },
  ],
} as const satisfies CommandDefinition;

export type NodesOptions = OptionsOf<typeof nodes>;
