import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import {
  BIN_DIR,
  COMMON_OPTIONS,
  CONFIG_ARGUMENT,
  FEATURE_GATES,
  KUBERNETES_VERSION,
} from "../shared-options.ts";

export const validate = {
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
    FEATURE_GATES,
    { name: "ignore", value: "code", about: "leave out a lint by its code; may be repeated", repeated: true },
    ...COMMON_OPTIONS,
  ],
  examples: [
    { command: "imagecred validate credential-provider-config.yaml", about: "one file" },
    {
      command: "imagecred validate --kubernetes-version 1.33 --bin-dir /opt/bin config.yaml",
      about: "would an older kubelet take it, and are the executables there",
    },
    { command: "imagecred validate", about: "what this node's kubelet uses" },
  ],
} as const satisfies CommandDefinition;

export type ValidateOptions = OptionsOf<typeof validate>;
