import type { CommandDefinition, OptionDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import { BIN_DIR, COLOR, FEATURE_GATES, KUBERNETES_VERSION } from "../shared-options.ts";

const FORMAT = {
  name: "output",
  short: "o",
  value: "format",
  about: "output format; sarif, github and junit are for CI; the schema of json is in docs/schemas",
  choices: ["human", "json", "sarif", "github", "junit"],
  default: "human",
} as const satisfies OptionDefinition;

export const validate = {
  name: "validate",
  summary: "check configurations as the kubelet does, and with lints",
  description:
    "Makes every check that the kubelet makes when it starts, and reports the kubelet's message and the position in the " +
    "file. Then runs lints, which find what the kubelet accepts but pulls fail with later. With --bin-dir it also checks the " +
    "executables. A directory is one configuration (Kubernetes 1.34 and newer); - reads standard input. A comment " +
    "# imagecred-ignore: CODE ignores a finding in its line, or in the line below. Exits with 1 when there is an error or a " +
    "warning, or as --fail-on says.",
  argument: {
    name: "configs",
    about:
      "CredentialProviderConfig files or directories, and --identities files (default: this node's kubelet's)",
    required: false,
    repeated: true,
    completes: "file",
  },
  options: [
    BIN_DIR,
    KUBERNETES_VERSION,
    FEATURE_GATES,
    { name: "ignore", value: "code", about: "ignore findings of this lint; can be repeated", repeated: true },
    {
      name: "fail-on",
      value: "severity",
      about: "exit with 1 on findings of this severity or worse",
      choices: ["error", "warning", "note", "never"],
      default: "warning",
    },
    {
      name: "fix",
      about: "apply the unambiguous fixes to the files; keeps a backup next to each",
    },
    {
      name: "explain",
      value: "code",
      about: "explain the code of a finding; checks nothing",
    },
    FORMAT,
    COLOR,
  ],
  examples: [
    { command: "imagecred validate credential-provider-config.yaml", about: "one file" },
    {
      command: "imagecred validate --kubernetes-version 1.33 --bin-dir /opt/bin config.yaml",
      about: "as an older kubelet, with the executables",
    },
    { command: "imagecred validate", about: "the configuration of this node's kubelet" },
    { command: "imagecred validate config.yaml identities.yaml", about: "with its --identities file" },
    {
      command: "imagecred validate -o sarif --fail-on never nodes/*.yaml > imagecred.sarif",
      about: "in CI, for code scanning",
    },
    {
      command: "helm template . -s templates/providers.yaml | imagecred validate -",
      about: "the output of a template",
    },
  ],
} as const satisfies CommandDefinition;

export type ValidateOptions = OptionsOf<typeof validate>;
