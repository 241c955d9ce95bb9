import { executableNames, shellWord } from "./node-commands.ts";
import type { Distribution, ProviderEntry } from "./types.ts";

const BIN_DIR = "/usr/libexec/kubernetes/kubelet/plugins";
const SETTINGS = "settings.toml";

/** Bottlerocket writes the kubelet's configuration from its settings; executables are part of the read-only image. */
export const bottlerocket: Distribution = {
  id: "bottlerocket",
  title: "Bottlerocket",
  binDir: BIN_DIR,
  configPath: "/etc/kubernetes/kubelet/credential-provider-config.yaml",
  installable: false,
  nodeFiles: [],
  restart: "systemctl restart kubelet",
  refuses: (plan) => {
    if (plan.podIdentity) {
      return "Bottlerocket's settings do not support tokenAttributes, which --pod-identity needs; omit --pod-identity, or build a variant with your own template";
    }
    const withArgs = plan.providers.find((provider) => provider.args.length > 0);
    if (withArgs === undefined) return undefined;
    return `Bottlerocket's settings do not support args, which ${withArgs.name} needs here (${withArgs.args.join(" ")})`;
  },
  files: (plan) => [
    {
      name: SETTINGS,
      content: plan.providers.map(settingsOf).join("\n"),
      about: "settings, for user data or apiclient",
    },
  ],
  commands: (plan) => [`apiclient apply < ${shellWord(`${plan.directory}/${SETTINGS}`)}`, "apiclient reboot"],
  notes: (plan) => [
    `The executables (${executableNames(plan).join(", ")}) must be in the image in ${BIN_DIR}: build a variant with them. Files cannot be added to a running node.`,
    `You can also put ${SETTINGS} into the nodes' user data. ${"credential-provider-config.yaml"} is the resulting configuration, for validate and match.`,
  ],
};

function settingsOf(provider: ProviderEntry): string {
  const patterns = provider.matchImages.map((pattern) => `  ${JSON.stringify(pattern)},`).join("\n");
  return `[settings.kubernetes.credential-providers.${provider.name}]
enabled = true
cache-duration = "${provider.defaultCacheDuration}"
image-patterns = [
${patterns}
]
`;
}
