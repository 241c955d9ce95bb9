import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import { COMMON_OPTIONS, CONFIG_ARGUMENT } from "../shared-options.ts";

export const hash = {
  name: "hash",
  summary: "print the configuration's hash as the kubelet's metrics show it",
  description:
    "Prints the hash that the kubelet (1.34 and newer) shows in the metric kubelet_credential_provider_config_info. A node " +
    "whose metric differs still runs with another configuration: the kubelet reads it only when it starts.",
  argument: CONFIG_ARGUMENT,
  options: [...COMMON_OPTIONS],
  examples: [
    {
      command: "imagecred hash /etc/kubernetes/credential-provider-config.yaml",
      about: "the expected value of the metric",
    },
    {
      command: 'kubectl get --raw "/api/v1/nodes/NODE/proxy/metrics" | grep credential_provider_config_info',
      about: "the metric of a node",
    },
  ],
} as const satisfies CommandDefinition;

export type HashOptions = OptionsOf<typeof hash>;
