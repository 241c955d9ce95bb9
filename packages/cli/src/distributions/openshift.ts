import { configYaml, indented } from "./config-yaml.ts";
import { executableNames, shellWord } from "./node-commands.ts";
import type { Distribution, Plan } from "./types.ts";

const BIN_DIR = "/usr/libexec/kubelet-image-credential-provider-plugins";
const CONFIGS = "/etc/kubernetes/credential-providers";
const MACHINE_CONFIG = "machine-config.yaml";

/**
 * The Machine Config Operator sets the kubelet's flags on AWS, Azure and Google Cloud, with one configuration file per
 * platform; a MachineConfig with a later name replaces the file. The operating system is an image.
 */
export const openshift: Distribution = {
  id: "openshift",
  title: "OpenShift",
  binDir: BIN_DIR,
  configPath: `${CONFIGS}/ecr-credential-provider.yaml`,
  installable: false,
  nodeFiles: [],
  restart: "systemctl restart kubelet",
  files: (plan) => [
    {
      name: MACHINE_CONFIG,
      content: machineConfig(plan),
      about: "the configuration for each platform, and the OS image",
    },
    {
      name: "Containerfile",
      content: `# The release's own OS image: oc adm release info --image-for rhel-coreos
ARG OS_IMAGE
FROM \${OS_IMAGE}
${executableNames(plan)
  .map((name) => `COPY --chmod=0755 ${name} ${BIN_DIR}/${name}`)
  .join("\n")}
RUN ostree container commit
`,
      about: "the OS image with the executables",
    },
  ],
  commands: (plan) => [
    `podman build --build-arg OS_IMAGE="$(oc adm release info --image-for rhel-coreos)" --tag IMAGE ${shellWord(plan.directory)} && podman push IMAGE`,
    `oc apply -f ${shellWord(`${plan.directory}/${MACHINE_CONFIG}`)}`,
  ],
  notes: () => [
    `Put the executables next to the Containerfile, and the pushed image's digest into ${MACHINE_CONFIG} (osImageURL). The nodes of the pool then restart one after another.`,
    "On platforms other than AWS, Azure and Google Cloud the Machine Config Operator does not set the kubelet's flags.",
  ],
};

function machineConfig(plan: Plan): string {
  const files = ["ecr", "acr", "gcr"].map(
    (platform) => `        - path: ${CONFIGS}/${platform}-credential-provider.yaml
          mode: 420
          overwrite: true
          contents:
            source: data:text/yaml;charset=utf-8,${encodeURIComponent(configYaml(plan))}`,
  );
  return `# The files contain this configuration, percent-encoded:
${indented(configYaml(plan), 0).replace(/^/gm, "#   ")}
apiVersion: machineconfiguration.openshift.io/v1
kind: MachineConfig
metadata:
  name: 99-worker-imagecred
  labels:
    machineconfiguration.openshift.io/role: worker
spec:
  osImageURL: REGISTRY/IMAGE@sha256:DIGEST
  config:
    ignition:
      version: 3.4.0
    storage:
      files:
${files.join("\n")}
`;
}
