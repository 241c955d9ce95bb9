import { CONFIG_NAME, configYaml, indented } from "./config-yaml.ts";
import { executableNames, shellWord } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

const PATCH = "kops-cluster-patch.yaml";
const SOURCE = "/opt/imagecred";

/**
 * kOps writes its own configuration and executable at every boot (kubernetes/kops, nodeup/pkg/model/kubelet.go), so ours
 * replace them after that and before the kubelet starts.
 */
export const kops: Distribution = {
  id: "kops",
  title: "kOps",
  binDir: "/usr/local/bin",
  configPath: "/var/lib/kubelet/credential-provider.conf",
  installable: true,
  nodeFiles: [],
  restart: "systemctl restart kubelet",
  files: (plan) => [
    {
      name: PATCH,
      content: `# Merge into the cluster's specification.
spec:
  fileAssets:
    - name: imagecred-config
      path: ${SOURCE}/${CONFIG_NAME}
      roles: [ControlPlane, Node]
      content: |
${indented(configYaml(plan), 8)}
  hooks:
    - name: imagecred-install
      before: [kubelet.service]
      roles: [ControlPlane, Node]
      manifest: |
        Type=oneshot
        ExecStart=${SOURCE}/imagecred install --distribution kops --executables ${SOURCE} ${SOURCE}
`,
      about: "the configuration and the hook that installs it, for the cluster's specification",
    },
  ],
  commands: (plan) => [
    `kops get cluster NAME -o yaml | yq eval-all 'select(fi == 0) *+ select(fi == 1)' - ${shellWord(`${plan.directory}/${PATCH}`)} | kops replace -f -`,
    "kops update cluster NAME --yes && kops rolling-update cluster NAME --yes",
  ],
  notes: (plan) => [
    `Put imagecred, ${executableNames(plan).join(", ")} and their SHA256SUMS into ${SOURCE} in the node image (or download them there in additionalUserData).`,
    "kOps sets the kubelet's two flags on AWS and GCE only; on another cloud set them in spec.kubelet, if your kOps supports that.",
    "On Flatcar the directory is /opt/kubernetes/bin, on Container-Optimized OS /home/kubernetes/bin: add --bin-dir with that directory to the hook.",
  ],
};
