import type { ArgumentDefinition, OptionDefinition } from "./definition.ts";

export const OUTPUT: OptionDefinition = {
  name: "output",
  short: "o",
  value: "format",
  about: "human, or json for programs (schemas: docs/schemas)",
  choices: ["human", "json"],
  default: "human",
};

export const KUBERNETES_VERSION: OptionDefinition = {
  name: "kubernetes-version",
  value: "version",
  about: "the kubelet's version, such as 1.34; the newest known unless given",
  completes: ["1.26", "1.27", "1.28", "1.29", "1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"],
};

export const CONFIG: OptionDefinition = {
  name: "config",
  short: "c",
  value: "path",
  about: "CredentialProviderConfig file or directory; that of this node's kubelet unless given",
  completes: "file",
};

export const BIN_DIR: OptionDefinition = {
  name: "bin-dir",
  short: "b",
  value: "dir",
  about: "directory of the plugins' executables; that of this node's kubelet unless given",
  completes: "directory",
};

export const CONFIG_ARGUMENT: ArgumentDefinition = {
  name: "config",
  about: "CredentialProviderConfig file or directory; that of this node's kubelet unless given",
  required: false,
  completes: "file",
};

export const IMAGE_ARGUMENT: ArgumentDefinition = {
  name: "image",
  about: "image as in a pod's spec: registry/repository:tag",
  required: true,
};

/** What a kubelet in service account mode would add to the request. */
export const SERVICE_ACCOUNT: readonly OptionDefinition[] = [
  {
    name: "token-file",
    value: "file",
    about: "service account token of the pod, for providers with tokenAttributes",
    completes: "file",
  },
  {
    name: "annotation",
    value: "key=value",
    about: "annotation of the pod's service account; may be repeated",
    repeated: true,
  },
  {
    name: "env-from",
    value: "whose",
    about:
      "environment of the plugins: the running kubelet's, or this shell's; the kubelet's where it can be read unless given",
    choices: ["kubelet", "shell"],
  },
];
