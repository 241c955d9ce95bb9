import type { CommandDefinition, OptionDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import { BIN_DIR, COLOR, FEATURE_GATES, KUBERNETES_VERSION } from "../shared-options.ts";

const FORMAT = {
  name: "output",
  short: "o",
  value: "format",
  about: "human; json (schema: docs/schemas); sarif, github or junit for CI",
  choices: ["human", "json", "sarif", "github", "junit"],
  default: "human",
} as const satisfies OptionDefinition;

export const validate = {
  name: "validate",
  summary: "check configurations as the kubelet does, and for what it lets pass",
  description:
    "First every check that the kubelet makes when it starts, with its own wording and the place in the file; then lints: " +
    "what the kubelet accepts but will hurt later, what the plugins themselves refuse included. With --bin-dir the executables " +
    "are checked too. A directory is one configuration (Kubernetes 1.34 and newer); - reads standard input. A comment " +
    "# imagecred-ignore: CODE leaves a finding of that line, or of the line below, out. Exits with 1 when there is an error " +
    "or a warning, or what --fail-on says.",
  argument: {
    name: "configs",
    about:
      "CredentialProviderConfig files or directories, and files of --identities; that of this node's kubelet unless given",
    required: false,
    repeated: true,
    completes: "file",
  },
  options: [
    BIN_DIR,
    KUBERNETES_VERSION,
    FEATURE_GATES,
    { name: "ignore", value: "code", about: "leave out a lint by its code; may be repeated", repeated: true },
    {
      name: "fail-on",
      value: "severity",
      about: "exit with 1 on findings of this severity or a worse one: error, warning, note, or never",
      choices: ["error", "warning", "note", "never"],
      default: "warning",
    },
    {
      name: "fix",
      about: "make the fixes that leave no choice in the files, and keep each file as it was beside it",
    },
    {
      name: "explain",
      value: "code",
      about: "say what a code of a finding means, and what to do; checks nothing",
    },
    FORMAT,
    COLOR,
  ],
  examples: [
    { command: "imagecred validate credential-provider-config.yaml", about: "one file" },
    {
      command: "imagecred validate --kubernetes-version 1.33 --bin-dir /opt/bin config.yaml",
      about: "would an older kubelet accept it, and are the executables there",
    },
    { command: "imagecred validate", about: "what this node's kubelet uses" },
    { command: "imagecred validate config.yaml identities.yaml", about: "with its file of --identities" },
    {
      command: "imagecred validate -o sarif --fail-on never nodes/*.yaml > imagecred.sarif",
      about: "in CI, for code scanning",
    },
    {
      command: "helm template . -s templates/providers.yaml | imagecred validate -",
      about: "what a template makes",
    },
  ],
} as const satisfies CommandDefinition;

export type ValidateOptions = OptionsOf<typeof validate>;
