import { installCommand, kubeletFlags } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

const BIN_DIR = "/etc/eks/image-credential-provider";
// nodeadm writes config.json in the same directory at every boot.
const CONFIG_PATH = `${BIN_DIR}/imagecred.yaml`;
const NODE_CONFIG = "nodeconfig.yaml";

/** EKS on Amazon Linux 2023: nodeadm merges the NodeConfig files of a directory into the user data. */
export const eks: Distribution = {
  id: "eks",
  title: "Amazon EKS (Amazon Linux 2023)",
  binDir: BIN_DIR,
  configPath: CONFIG_PATH,
  installable: true,
  nodeFiles: [{ name: NODE_CONFIG, paths: ["/etc/eks/nodeadm.d/imagecred.yaml"], merge: "replace" }],
  restart: "systemctl restart nodeadm-config nodeadm-run kubelet",
  files: () => [
    {
      name: NODE_CONFIG,
      content: `# nodeadm appends these flags to its own; of flags with the same name the last one applies.
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    flags:
${kubeletFlags(CONFIG_PATH, BIN_DIR)
  .map((flag) => `      - ${flag}`)
  .join("\n")}
`,
      about: "kubelet flags, as a drop-in for nodeadm",
    },
  ],
  commands: (plan) => [
    installCommand(plan, "eks"),
    "sudo systemctl restart nodeadm-config nodeadm-run kubelet",
  ],
  notes: () => [
    "Best done in the AMI: run only the first command in the image build (imagecred install --root DIR for a mounted image); nodes read the drop-in when they start.",
    "AMIs whose nodeadm does not support drop-ins (before /etc/eks/nodeadm.d existed): add the NodeConfig as a separate part to the user data.",
  ],
};
