import type { ArgumentDefinition, OptionDefinition } from "./definition.ts";

export const COLOR = {
  name: "color",
  value: "when",
  about: "use colors: auto (on a terminal, unless NO_COLOR is set), always or never",
  choices: ["auto", "always", "never"],
  default: "auto",
} as const satisfies OptionDefinition;

export const OUTPUT = {
  name: "output",
  short: "o",
  value: "format",
  about: "output format; schemas of json are in docs/schemas",
  choices: ["human", "json"],
  default: "human",
} as const satisfies OptionDefinition;

/** The options that every command has. */
export const COMMON_OPTIONS = [OUTPUT, COLOR] as const;

export const KUBERNETES_VERSION = {
  name: "kubernetes-version",
  value: "version",
  about:
    "check against this kubelet version, such as 1.34 (default: this node's kubelet's, else the newest known)",
  completes: ["1.26", "1.27", "1.28", "1.29", "1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"],
} as const satisfies OptionDefinition;

export const FEATURE_GATES = {
  name: "feature-gates",
  value: "gates",
  about: "the kubelet's feature gates, such as NAME=true,OTHER=false (default: this node's kubelet's)",
} as const satisfies OptionDefinition;

export const CONFIG = {
  name: "config",
  short: "c",
  value: "path",
  about: "CredentialProviderConfig file or directory (default: this node's kubelet's)",
  completes: "file",
} as const satisfies OptionDefinition;

export const BIN_DIR = {
  name: "bin-dir",
  short: "b",
  value: "dir",
  about: "directory of the plugin executables (default: this node's kubelet's)",
  completes: "directory",
} as const satisfies OptionDefinition;

export const CONFIG_ARGUMENT = {
  name: "config",
  about: "CredentialProviderConfig file or directory (default: this node's kubelet's)",
  required: false,
  completes: "file",
} as const satisfies ArgumentDefinition;

export const IMAGE_ARGUMENT = {
  name: "image",
  about: "image as in a pod spec: registry/repository:tag",
  required: true,
} as const satisfies ArgumentDefinition;

/** The pod identity that a kubelet adds to the request for providers with tokenAttributes. */
export const SERVICE_ACCOUNT = [
  {
    name: "token-file",
    value: "file",
    about: "file with the pod's service account token, for providers with tokenAttributes",
    completes: "file",
  },
  {
    name: "annotation",
    value: "key=value",
    about: "annotation of the pod's service account; can be repeated",
    repeated: true,
  },
  {
    name: "env-from",
    value: "source",
    about:
      "run plugins with the environment of the running kubelet or of this shell (default: the kubelet's if it can be read)",
    choices: ["kubelet", "shell"],
  },
] as const satisfies readonly OptionDefinition[];

/** Root directory of the node whose files a command changes. */
export const ROOT = {
  name: "root",
  value: "dir",
  about: "root directory of the node: a mounted image, or the node's root mounted in a container",
  completes: "directory",
  default: "/",
} as const satisfies OptionDefinition;

export const RESTART = {
  name: "restart",
  about: "restart the kubelet if it does not run with the changes yet, and wait until it does",
} as const satisfies OptionDefinition;

export const WAIT = {
  name: "wait",
  value: "duration",
  about:
    "how long to wait until the kubelet runs with the changes, such as 90s or 5m (default: 60s with --restart, else no wait)",
} as const satisfies OptionDefinition;
