import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import {
  BIN_DIR,
  COMMON_OPTIONS,
  CONFIG,
  FEATURE_GATES,
  IMAGE_ARGUMENT,
  KUBERNETES_VERSION,
  SERVICE_ACCOUNT,
} from "../shared-options.ts";

export const get = {
  name: "get",
  summary: "get credentials for an image as the kubelet does",
  description:
    "Runs the plugins that match the image with the kubelet's request, environment and limits, checks their responses as " +
    "strictly as the kubelet does, and lists the credentials in the order in which the kubelet tries them. Passwords are " +
    "redacted unless --reveal is given. Exits with 1 when there is no credential.",
  argument: IMAGE_ARGUMENT,
  options: [
    CONFIG,
    BIN_DIR,
    KUBERNETES_VERSION,
    FEATURE_GATES,
    ...SERVICE_ACCOUNT,
    { name: "reveal", about: "show passwords" },
    ...COMMON_OPTIONS,
  ],
  examples: [
    { command: "sudo imagecred get 123456789012.dkr.ecr.eu-west-1.amazonaws.com/app", about: "on a node" },
    {
      command: "imagecred get -c config.yaml -b ./bin gcr.io/project/app -o json --reveal",
      about: "on any machine, for a script",
    },
  ],
} as const satisfies CommandDefinition;

export type GetOptions = OptionsOf<typeof get>;
