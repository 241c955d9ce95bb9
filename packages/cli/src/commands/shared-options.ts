import type { ArgumentDefinition, OptionDefinition } from "./definition.ts";

export const COLOR = {
  name: "color",
  value: "when",
  about: "colors: auto (on a terminal, unless NO_COLOR is set), always or never",
  choices: ["auto", "always", "never"],
  default: "auto",
} as const satisfies OptionDefinition;

export const OUTPUT = {
  name: "output",
  short: "o",
  value: "format",
  about: "human, or json for programs (schemas: docs/schemas)",
  choices: ["human", "json"],
  default: "human",
} as const satisfies OptionDefinition;

/** What every command has. */
export const COMMON_OPTIONS = [OUTPUT, COLOR] as const;

export const KUBERNETES_VERSION = {
  name: "kubernetes-version",
  value: "version",
  about:
    "the kubelet's version, such as 1.34; that of this node's kubelet unless given, else the newest known",
  completes: ["1.26", "1.27", "1.28", "1.29", "1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"],
} as const satisfies OptionDefinition;

export const FEATURE_GATES = {
  name: "feature-gates",
  value: "gates",
  about:
    "the kubelet's feature gates, such as NAME=true,OTHER=false; those of this node's kubelet unless given",
} as const satisfies OptionDefinition;

export const CONFIG = {
  name: "config",
  short: "c",
  value: "path",
  about: "CredentialProviderConfig file or directory; that of this node's kubelet unless given",
  completes: "file",
} as const satisfies OptionDefinition;

export const BIN_DIR = {
  name: "bin-dir",
  short: "b",
  value: "dir",
  about: "directory of the plugins' executables; that of this node's kubelet unless given",
  completes: "directory",
} as const satisfies OptionDefinition;

export const CONFIG_ARGUMENT = {
  name: "config",
  about: "CredentialProviderConfig file or directory; that of this node's kubelet unless given",
  required: false,
  completes: "file",
} as const satisfies ArgumentDefinition;

export const IMAGE_ARGUMENT = {
  name: "image",
  about: "image as in a pod's spec: registry/repository:tag",
  required: true,
} as const satisfies ArgumentDefinition;

/** What a kubelet in service account mode would add to the request. */
export const SERVICE_ACCOUNT = [
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
    value: "source",
    about:
      "environment of the plugins: the running kubelet's, or this shell's; the kubelet's where it can be read unless given",
    choices: ["kubelet", "shell"],
  },
] as const satisfies readonly OptionDefinition[];

/** Where a command that changes files of a node finds them. */
export const ROOT = {
  name: "root",
  value: "dir",
  about: "a mounted image, or the node's root as a container sees it, instead of /",
  completes: "directory",
  default: "/",
} as const satisfies OptionDefinition;

export const RESTART = {
  name: "restart",
  about: "restart the kubelet if it runs without what was changed, and wait until it is up",
} as const satisfies OptionDefinition;

export const WAIT = {
  name: "wait",
  value: "duration",
  about:
    "how long the kubelet may take to run with what was changed, such as 90s or 5m; 60s with --restart, no waiting without",
} as const satisfies OptionDefinition;
