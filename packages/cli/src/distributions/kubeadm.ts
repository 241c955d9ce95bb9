import { installCommand, kubeletFlags } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

const BIN_DIR = "/usr/local/libexec/kubernetes/credential-providers";
const CONFIG_PATH = "/etc/kubernetes/credential-provider-config.yaml";
const EXTRA_ARGS = "kubelet-extra-args.env";

/** A plain kubelet under systemd, as set up by kubeadm and Cluster API. */
export const kubeadm: Distribution = {
  id: "kubeadm",
  title: "kubeadm",
  binDir: BIN_DIR,
  configPath: CONFIG_PATH,
  installable: true,
  // The paths of the rpm and the deb packages (kubernetes/release, cmd/krel/templates, 10-kubeadm.conf).
  nodeFiles: [
    {
      name: EXTRA_ARGS,
      paths: ["/etc/sysconfig/kubelet", "/etc/default/kubelet"],
      merge: "kubelet-extra-args",
    },
  ],
  restart: "systemctl restart kubelet",
  // kubernetes-sigs/sig-windows-tools, kubeadm/scripts/PrepareNode.ps1: the service, and C:\\k for the kubelet's own files.
  windows: {
    configPath: "C:\\k\\credential-provider-config.yaml",
    binDir: "C:\\k\\credential-provider",
    service: "kubelet",
    more: "Set the flags to these paths in the node's own nodeRegistration.kubeletExtraArgs.",
  },
  files: () => [
    {
      name: EXTRA_ARGS,
      content: `KUBELET_EXTRA_ARGS="${kubeletFlags(CONFIG_PATH, BIN_DIR).join(" ")}"\n`,
      about: "kubelet flags for existing nodes",
    },
    {
      name: "kubeadm-config.yaml",
      content: kubeadmConfig(),
      about: "the same flags for new nodes",
    },
  ],
  commands: (plan) => [installCommand(plan, "kubeadm"), "sudo systemctl restart kubelet"],
  notes: () => [
    "Run both commands on every node, or the first one in the node image build (imagecred install --root DIR).",
    "For new nodes, instead of the flags file, merge kubeadm-config.yaml into the files for kubeadm init and join (or into Cluster API's kubeletExtraArgs).",
  ],
};

/** In kubeadm.k8s.io/v1beta4 arguments are a list of name and value; in v1beta3 they were a map. */
function kubeadmConfig(): string {
  const registration = `nodeRegistration:
  kubeletExtraArgs:
    - name: image-credential-provider-config
      value: ${CONFIG_PATH}
    - name: image-credential-provider-bin-dir
      value: ${BIN_DIR}
`;
  return `# Merge into your own files. For kubeadm before 1.31 (v1beta3), kubeletExtraArgs is a map of name to value.
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
${registration}---
apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
${registration}`;
}
