import { kubeadm } from "./kubeadm.ts";
import { installCommand } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

/** kind's nodes are containers that kubeadm has set up: a plain kubelet under systemd. */
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
    "Nodes are containers: `docker exec -it NODE bash`, or use the Helm chart. They lose what was installed when they are deleted.",
    "A laptop has no cloud identity of its own: give the plugins one in `env` (AWS_PROFILE with credentials on the node, GOOGLE_APPLICATION_CREDENTIALS), or use --pod-identity.",
  ],
};
