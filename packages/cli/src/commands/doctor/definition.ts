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

export const doctor = {
  name: "doctor",
  summary: "check each step of pulling an image and show which one fails",
  description:
    "Checks each step of a pull in turn, with timings: configuration, patterns, executable, plugin and each of its requests " +
    "to the cloud, the response, and the registry, from which it requests the image's manifest as a container runtime does. " +
    "Credentials are sent only to the registry that they are for. Exits with 1 when a step fails.",
  argument: IMAGE_ARGUMENT,
  options: [
    CONFIG,
    BIN_DIR,
    KUBERNETES_VERSION,
    FEATURE_GATES,
    ...SERVICE_ACCOUNT,
    { name: "no-registry", about: "do not contact the registry" },
    {
      name: "token-host",
      value: "host",
      about:
        "also send the credential to this host if the registry names it as its token service; can be repeated",
      repeated: true,
    },
    ...COMMON_OPTIONS,
  ],
  examples: [
    {
      command: "sudo imagecred doctor 123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:v1",
      about: "on a node",
    },
    {
      command:
        "sudo imagecred doctor registry.azurecr.io/app:v1 --token-file token --annotation azure.workload.identity/client-id=ID",
      about: "as a pod's service account",
    },
  ],
} as const satisfies CommandDefinition;

export type DoctorOptions = OptionsOf<typeof doctor>;
