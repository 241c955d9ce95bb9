import { DISTRIBUTION_IDS } from "../../distributions/index.ts";
import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import { COMMON_OPTIONS, KUBERNETES_VERSION, RESTART, ROOT, WAIT } from "../shared-options.ts";

export const install = {
  name: "install",
  summary: "put executables and configuration on a node, safely",
  description:
    "Copies the executables that the configuration names, the configuration, and the kubelet's flags to where the " +
    "kubelet looks. Every file is checked against its SHA-256 first, written beside its place and renamed over it, and what " +
    "was there is kept as a backup. Directories that others than root can write to are refused. DIRECTORY is what init wrote. " +
    "What was done is recorded in /var/lib/imagecred, for --rollback and for imagecred uninstall.",
  argument: {
    name: "directory",
    about: "what init wrote; the current directory unless given",
    required: false,
    completes: "directory",
  },
  options: [
    {
      name: "distribution",
      value: "name",
      about: "where things go: kubeadm, k3s, rke2, kops, eks, aks, gce, gke, microk8s, k0s, kind",
      completes: DISTRIBUTION_IDS,
    },
    { name: "bin-dir", short: "b", value: "dir", about: "where the executables go", completes: "directory" },
    { name: "config-path", value: "path", about: "where the configuration goes", completes: "file" },
    {
      name: "config",
      short: "c",
      value: "file",
      about: "the configuration; DIRECTORY/credential-provider-config.yaml unless given",
      completes: "file",
    },
    {
      name: "executables",
      short: "e",
      value: "dir",
      about:
        "where the executables are; DIRECTORY, then the current directory, then beside imagecred itself unless given",
      completes: "directory",
    },
    {
      name: "checksums",
      value: "file",
      about: "SHA256SUMS; that beside the executables, or NAME.sha256, unless given",
      completes: "file",
    },
    {
      name: "executables-only",
      about: "replace executables, and leave the configuration and the kubelet's flags",
    },
    {
      name: "merge",
      about: "keep the providers and patterns of the installed configuration that the new one lacks",
    },
    { name: "no-checksums", about: "install executables whose checksum is not known" },
    ROOT,
    KUBERNETES_VERSION,
    { name: "dry-run", about: "check everything, print the differences, change nothing" },
    RESTART,
    WAIT,
    { name: "rollback", about: "put back what the last install replaced, and remove what it added" },
    { name: "force", about: "with --rollback: also files that were changed after they were installed" },
    ...COMMON_OPTIONS,
  ],
  examples: [
    { command: "sudo imagecred install --distribution kubeadm imagecred-kubeadm", about: "on a node" },
    {
      command: "sudo imagecred install --distribution eks --root /mnt/image -e ./dist imagecred-eks",
      about: "into a node image that is being built",
    },
    {
      command:
        "sudo imagecred install --bin-dir /opt/credential-providers --config-path /etc/kubernetes/providers.yaml --dry-run .",
      about: "would it work, with places of your own",
    },
    {
      command: "sudo imagecred install --distribution kubeadm --restart --wait 2m imagecred-kubeadm",
      about: "and restart the kubelet; a node whose kubelet does not come up is put back as it was",
    },
    { command: "sudo imagecred install --rollback --restart", about: "back to what was there before" },
  ],
} as const satisfies CommandDefinition;

export type InstallOptions = OptionsOf<typeof install>;
