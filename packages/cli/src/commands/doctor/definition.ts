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
  summary: "walk one image to the end and say where it stops",
  description:
    "Checks each step of a pull in turn, with timings: configuration, patterns, executable, plugin and each of its calls to " +
    "the cloud, the response, and at last the registry itself, asked for the image's manifest as a container runtime asks. " +
    "A credential is sent to the registry that it is for and to no other host. Exits with 1 when a step fails.",
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
      about: "this host, which the registry names for tokens, may get the credential; may be repeated",
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
