import { type CommandDefinition, erased } from "../definition.ts";
import {
  BIN_DIR,
  CONFIG,
  IMAGE_ARGUMENT,
  KUBERNETES_VERSION,
  OUTPUT,
  SERVICE_ACCOUNT,
} from "../shared-options.ts";

export const get: CommandDefinition = {
  name: "get",
  summary: "get credentials for an image, as the kubelet would",
  description:
    "Runs the plugins that match, with the kubelet's own request, environment and limits, reads their answers as strictly as " +
    "it does, and lists the credentials in the order in which the kubelet would try them. Passwords are redacted " +
    "unless --reveal. Exits with 1 when there is no credential.",
  argument: IMAGE_ARGUMENT,
  options: [
    CONFIG,
    BIN_DIR,
    KUBERNETES_VERSION,
    ...SERVICE_ACCOUNT,
    { name: "reveal", about: "show passwords" },
    OUTPUT,
  ],
  examples: [
    { command: "sudo imagecred get 123456789012.dkr.ecr.eu-west-1.amazonaws.com/app", about: "on a node" },
    {
      command: "imagecred get -c config.yaml -b ./bin gcr.io/project/app -o json --reveal",
      about: "anywhere, for a script",
    },
  ],
  load: async () => erased((await import("./command.ts")).get),
};

export const doctor: CommandDefinition = {
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
    OUTPUT,
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
  load: async () => erased((await import("../doctor/command.ts")).doctor),
};
