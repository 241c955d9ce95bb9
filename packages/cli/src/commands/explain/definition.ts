import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import {
  BIN_DIR,
  COMMON_OPTIONS,
  CONFIG,
  FEATURE_GATES,
  IMAGE_ARGUMENT,
  KUBERNETES_VERSION,
} from "../shared-options.ts";

export const explain = {
  name: "explain",
  summary: "one image at a glance: registry, providers, executables, caching",
  description:
    "Says in a few lines what the kubelet will do for an image: the name that plugins get to see, which providers run and in " +
    "which order, whether their executables are there, and what is cached. Runs nothing. Exits with 1 when something " +
    "stands in the way.",
  argument: IMAGE_ARGUMENT,
  options: [CONFIG, BIN_DIR, KUBERNETES_VERSION, FEATURE_GATES, ...COMMON_OPTIONS],
  examples: [{ command: "imagecred explain registry.azurecr.io/app", about: "on a node" }],
} as const satisfies CommandDefinition;

export type ExplainOptions = OptionsOf<typeof explain>;
