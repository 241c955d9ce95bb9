import { DISTRIBUTION_IDS } from "../../distributions/index.ts";
import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import { COMMON_OPTIONS, KUBERNETES_VERSION, RESTART, ROOT, WAIT } from "../shared-options.ts";

export const install = {
  name: "install",
  summary: "install executables and configuration on a node",
  description:
    "Installs the executables that the configuration names, the configuration, and the kubelet's flags. Checks the SHA-256 " +
    "of every executable, replaces files atomically and keeps backups. Fails if users other than root can write to a " +
    "directory above them. DIRECTORY is the one that init wrote. Changes are recorded in /var/lib/imagecred for --rollback " +
    "and for imagecred uninstall.",
  argument: {
    name: "directory",
    about: "directory that init wrote (default: the current directory)",
    required: false,
    completes: "directory",
  },
  options: [
    {
      name: "distribution",
      value: "name",
      about:
        "use the paths of this distribution: kubeadm, k3s, rke2, kops, eks, aks, gce, gke, microk8s, k0s, kind",
      completes: DISTRIBUTION_IDS,
    },
    {
      name: "bin-dir",
      short: "b",
      value: "dir",
      about: "install the executables in this directory",
      completes: "directory",
    },
    {
      name: "config-path",
      value: "path",
      about: "install the configuration at this path",
      completes: "file",
    },
    {
      name: "config",
      short: "c",
      value: "file",
      about: "configuration to install (default: DIRECTORY/credential-provider-config.yaml)",
      completes: "file",
    },
    {
      name: "executables",
      short: "e",
      value: "dir",
      about:
        "directory with the executables (default: DIRECTORY, the current directory, then the directory of imagecred)",
      completes: "directory",
    },
    {
      name: "checksums",
      value: "file",
      about: "SHA256SUMS file (default: NAME.sha256 or SHA256SUMS next to the executables)",
      completes: "file",
    },
    {
      name: "executables-only",
      about: "install executables only, keep the configuration and the kubelet's flags",
    },
    {
      name: "merge",
      about: "keep providers and patterns of the installed configuration that the new one does not have",
    },
    { name: "no-checksums", about: "do not check the executables' checksums" },
    ROOT,
    KUBERNETES_VERSION,
    { name: "dry-run", about: "check everything and show the differences, change nothing" },
    RESTART,
    WAIT,
    {
      name: "rollback",
      about: "restore the files that the last install replaced, and remove those it added",
    },
    {
      name: "force",
      about: "with --rollback: also restore files that were changed after they were installed",
    },
    ...COMMON_OPTIONS,
  ],
  examples: [
    { command: "sudo imagecred install --distribution kubeadm imagecred-kubeadm", about: "on a node" },
    {
      command: "sudo imagecred install --distribution eks --root /mnt/image -e ./dist imagecred-eks",
      about: "in a mounted node image",
    },
    {
      command:
        "sudo imagecred install --bin-dir /opt/credential-providers --config-path /etc/kubernetes/providers.yaml --dry-run .",
      about: "with other paths; check only",
    },
    {
      command: "sudo imagecred install --distribution kubeadm --restart --wait 2m imagecred-kubeadm",
      about: "install and restart the kubelet; restore the previous files if it does not come up",
    },
    { command: "sudo imagecred install --rollback --restart", about: "undo the last install" },
  ],
} as const satisfies CommandDefinition;

export type InstallOptions = OptionsOf<typeof install>;
