import { kubeadm } from "./kubeadm.ts";
import { installCommand } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

/** kind's nodes are containers set up by kubeadm: a plain kubelet under systemd. */
export const kind: Distribution = {
  id: "kind",
  title: "kind",
  binDir: kubeadm.binDir,
  configPath: kubeadm.configPath,
  installable: true,
  // kind's node image reads the deb packages' file (kubernetes-sigs/kind, images/base/files/etc/systemd).
  nodeFiles: [
    { name: "kubelet-extra-args.env", paths: ["/etc/default/kubelet"], merge: "kubelet-extra-args" },
  ],
  restart: kubeadm.restart,
  files: (plan) => kubeadm.files(plan).filter(({ name }) => name === "kubelet-extra-args.env"),
  commands: (plan) => [installCommand(plan, "kind"), "systemctl restart kubelet"],
  notes: () => [
    "Nodes are containers: use `docker exec -it NODE bash`, or the Helm chart. Installed files are lost when a node is deleted.",
    "A laptop has no cloud identity: give the plugins one in `env` (AWS_PROFILE with credentials on the node, GOOGLE_APPLICATION_CREDENTIALS), or use --pod-identity.",
  ],
};
