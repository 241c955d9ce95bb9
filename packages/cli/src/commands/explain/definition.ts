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
  summary: "show registry, providers, executables and caching for an image",
  description:
    "Shows in a few lines what the kubelet does for an image: the image name that plugins get, which providers run and in " +
    "which order, whether their executables can be started, and how long responses are cached. Does not run the plugins. " +
    "Exits with 1 when no provider matches, an executable cannot be used, or the kubelet does not read this configuration.",
  argument: IMAGE_ARGUMENT,
  options: [CONFIG, BIN_DIR, KUBERNETES_VERSION, FEATURE_GATES, ...COMMON_OPTIONS],
  examples: [{ command: "imagecred explain registry.azurecr.io/app", about: "on a node" }],
} as const satisfies CommandDefinition;

export type ExplainOptions = OptionsOf<typeof explain>;
