import { type CommandDefinition, erased } from "../definition.ts";
import {
  BIN_DIR,
  CONFIG,
  CONFIG_ARGUMENT,
  IMAGE_ARGUMENT,
  KUBERNETES_VERSION,
  OUTPUT,
} from "../shared-options.ts";

export const validate: CommandDefinition = {
  name: "validate",
  summary: "check a configuration as the kubelet does, and for what it lets pass",
  description:
    "First every check that the kubelet makes when it starts, with its own wording and the place in the file; then lints: " +
    "what the kubelet accepts but will hurt later. With --bin-dir the executables are looked at too. Exits with 1 when " +
    "there is an error or a warning.",
  argument: CONFIG_ARGUMENT,
  options: [
    BIN_DIR,
    KUBERNETES_VERSION,
    { name: "ignore", value: "code", about: "leave out a lint by its code; may be repeated", repeated: true },
    OUTPUT,
  ],
  examples: [
    { command: "imagecred validate credential-provider-config.yaml", about: "one file" },
    {
      command: "imagecred validate --kubernetes-version 1.33 --bin-dir /opt/bin config.yaml",
      about: "would an older kubelet take it, and are the executables there",
    },
    { command: "imagecred validate", about: "what this node's kubelet uses" },
  ],
  load: async () => erased((await import("./command.ts")).validate),
};

export const match: CommandDefinition = {
  name: "match",
  summary: "which providers an image reaches, and why the others not",
  description:
    "Goes through every pattern of every provider and says whether it matches the image, as the kubelet compares them, " +
    "and what differs where it does not: number of labels, a label, the port, the path. Exits with 1 when no provider matches.",
  argument: IMAGE_ARGUMENT,
  options: [CONFIG, KUBERNETES_VERSION, OUTPUT],
  examples: [
    { command: "imagecred match 123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:v1", about: "on a node" },
    { command: "imagecred match -c config.yaml gcr.io/project/app", about: "against a file" },
  ],
  load: async () => erased((await import("../match/command.ts")).match),
};

export const explain: CommandDefinition = {
  name: "explain",
  summary: "one image at a glance: registry, providers, executables, caching",
  description:
    "Says in a few lines what the kubelet will do for an image: the name that plugins get to see, which providers run and in " +
    "which order, whether their executables are there, and what is cached. Runs nothing. Exits with 1 when something " +
    "stands in the way.",
  argument: IMAGE_ARGUMENT,
  options: [CONFIG, BIN_DIR, KUBERNETES_VERSION, OUTPUT],
  examples: [{ command: "imagecred explain registry.azurecr.io/app", about: "on a node" }],
  load: async () => erased((await import("../explain/command.ts")).explain),
};

export const hash: CommandDefinition = {
  name: "hash",
  summary: "the configuration's hash, as the kubelet's metrics show it",
  description:
    "Prints what the kubelet (1.34 and newer) shows in the metric kubelet_credential_provider_config_info. A node whose " +
    "metric differs still runs with an older configuration: the kubelet reads it at start-up only.",
  argument: CONFIG_ARGUMENT,
  options: [OUTPUT],
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
  load: async () => erased((await import("../hash/command.ts")).hash),
};
