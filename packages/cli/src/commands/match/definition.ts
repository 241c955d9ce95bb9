import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import {
  COMMON_OPTIONS,
  CONFIG,
  FEATURE_GATES,
  IMAGE_ARGUMENT,
  KUBERNETES_VERSION,
} from "../shared-options.ts";

export const match = {
  name: "match",
  summary: "show which providers match an image, and why the others do not",
  description:
    "Compares the image with every pattern of every provider as the kubelet does, and shows what differs where a pattern " +
    "does not match: number of labels, a label, the port or the path. Exits with 1 when no provider matches.",
  argument: IMAGE_ARGUMENT,
  options: [CONFIG, KUBERNETES_VERSION, FEATURE_GATES, ...COMMON_OPTIONS],
  examples: [
    { command: "imagecred match 123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:v1", about: "on a node" },
    { command: "imagecred match -c config.yaml gcr.io/project/app", about: "with a configuration file" },
  ],
} as const satisfies CommandDefinition;

export type MatchOptions = OptionsOf<typeof match>;
