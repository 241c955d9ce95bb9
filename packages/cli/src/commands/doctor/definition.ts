import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import {
  BIN_DIR,
  COMMON_OPTIONS,
  CONFIG,
  IMAGE_ARGUMENT,
  KUBERNETES_VERSION,
  SERVICE_ACCOUNT,
} from "../shared-options.ts";

export const doctor = {
  name: "doctor",
  summary: "walk one image to the end and say where it stops",
  description:
    "Checks each step of a pull in turn, with timings: configuration, patterns, executable, plugin and each of its calls to " +
    "the cloud, the answer, and at last the registry itself, asked for /v2/ and the image's manifest with the " +
    "credential, as containerd asks. Exits with 1 when a step fails.",
  argument: IMAGE_ARGUMENT,
  options: [
    CONFIG,
    BIN_DIR,
    KUBERNETES_VERSION,
    ...SERVICE_ACCOUNT,
    { name: "no-registry", about: "do not contact the registry" },
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
