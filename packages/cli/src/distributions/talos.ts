import { configYaml, indented } from "./config-yaml.ts";
import { executableNames, shellWord } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

const BIN_DIR = "/usr/local/lib/kubelet/credentialproviders";
const PATCH = "machine-config-patch.yaml";

/** Talos writes the configuration and the flags from its machine config; executables are installed as a system extension. */
export const talos: Distribution = {
  id: "talos",
  title: "Talos Linux",
  binDir: BIN_DIR,
  configPath: "/etc/kubernetes/kubelet-credentialproviderconfig.yaml",
  installable: false,
  nodeFiles: [],
  restart: "systemctl restart kubelet",
  files: (plan) => [
    {
      name: PATCH,
      content: `# With Talos 1.14 and newer you can use a KubeCredentialProviderConfig document with this configuration instead.
machine:
  kubelet:
    credentialProviderConfig:
${indented(configYaml(plan), 6)}
`,
      about: "machine config patch with the configuration",
    },
    {
      name: "extension/manifest.yaml",
      content: `version: v1alpha1
metadata:
  name: imagecred
  version: 1.0.0
  author: imagecred
  description: Kubelet image credential provider plugins.
  compatibility:
    talos:
      version: ">= v1.6.0"
`,
      about: "system extension: its manifest",
    },
    {
      name: "extension/Dockerfile",
      content: `# Put the executables next to this file (the static ones: the kubelet runs in a container without their C library).
FROM scratch
COPY manifest.yaml /manifest.yaml
${executableNames(plan)
  .map((name) => `COPY --chmod=0755 ${name} /rootfs${BIN_DIR}/${name}`)
  .join("\n")}
`,
      about: "system extension: its image, to build into your installer image",
    },
  ],
  commands: (plan) => [
    "talosctl upgrade --nodes NODES --image INSTALLER_IMAGE_WITH_THE_EXTENSION",
    `talosctl patch machineconfig --nodes NODES --patch @${shellWord(`${plan.directory}/${PATCH}`)}`,
  ],
  notes: (plan) => [
    "Build extension/ as an image, push it, and create an installer image with it (Talos imager, --system-extension-image). Talos restarts the kubelet after the patch.",
    ...(plan.podIdentity
      ? [
          "Some Talos releases drop tokenAttributes when they write the configuration (siderolabs/talos issue 12112): check /etc/kubernetes/kubelet-credentialproviderconfig.yaml on a node.",
        ]
      : []),
  ],
};
