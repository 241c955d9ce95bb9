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
  summary: "which providers an image reaches, and why the others not",
  description:
    "Goes through every pattern of every provider and says whether it matches the image, as the kubelet compares them, " +
    "and what differs where it does not: number of labels, a label, the port, the path. Exits with 1 when no provider matches.",
  argument: IMAGE_ARGUMENT,
  options: [CONFIG, KUBERNETES_VERSION, FEATURE_GATES, ...COMMON_OPTIONS],
  examples: [
    { command: "imagecred match 123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:v1", about: "on a node" },
    { command: "imagecred match -c config.yaml gcr.io/project/app", about: "against a file" },
  ],
} as const satisfies CommandDefinition;

export type MatchOptions = OptionsOf<typeof match>;
