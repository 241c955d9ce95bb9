import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import { COMMON_OPTIONS, CONFIG_ARGUMENT } from "../shared-options.ts";

export const hash = {
  name: "hash",
  summary: "the configuration's hash, as the kubelet's metrics show it",
  description:
    "Prints what the kubelet (1.34 and newer) shows in the metric kubelet_credential_provider_config_info. A node whose " +
    "metric differs still runs with an older configuration: the kubelet reads it at start-up only.",
  argument: CONFIG_ARGUMENT,
  options: [...COMMON_OPTIONS],
  examples: [
    {
      command: "imagecred hash /etc/kubernetes/credential-provider-config.yaml",
      about: "what the metric must say",
    },
    {
      command: 'kubectl get --raw "/api/v1/nodes/NODE/proxy/metrics" | grep credential_provider_config_info',
      about: "what it says on a node",
    },
  ],
} as const satisfies CommandDefinition;

export type HashOptions = OptionsOf<typeof hash>;
