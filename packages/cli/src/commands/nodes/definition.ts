import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import { COMMON_OPTIONS } from "../shared-options.ts";

export const nodes = {
  name: "nodes",
  summary: "which nodes of a cluster run which configuration, and how their plugins fare",
  description:
    "Asks the kubelet of every node for its metrics through the API server: the hash of the configuration that it has read " +
    "(Kubernetes 1.34 and newer), and the runs and errors of its plugins since it started. Says which nodes lag behind. A " +
    "node that cannot be asked is shown with the reason.",
  options: [
    {
      name: "config",
      short: "c",
      value: "path",
      about: "file or directory that the nodes should run; without it they are compared with each other",
      completes: "file",
    },
    {
      name: "kubeconfig",
      value: "file",
      about:
        "how to reach the cluster; KUBECONFIG, ~/.kube/config, or the pod's service account unless given",
      completes: "file",
    },
    { name: "context", value: "name", about: "context of the kubeconfig; its current one unless given" },
    { name: "selector", short: "l", value: "labels", about: "only nodes with these labels, as in kubectl" },
    {
      name: "timeout",
      value: "duration",
      about: "how long one request may take",
      default: "10s",
    },
    { name: "parallel", value: "number", about: "how many nodes are asked at the same time", default: "16" },
    ...COMMON_OPTIONS,
  ],
  examples: [
    {
      command: "imagecred nodes --config imagecred-kubeadm/credential-provider-config.yaml",
      about: "has every node read the new configuration?",
    },
    { command: "imagecred nodes -l node-role.kubernetes.io/control-plane -o json", about: "for a program" },
  ],
} as const satisfies CommandDefinition;

export type NodesOptions = OptionsOf<typeof nodes>;
