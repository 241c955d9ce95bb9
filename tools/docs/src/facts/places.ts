import { DISTRIBUTIONS, type Distribution } from "@imagecred/cli";
import { code, type Region, table } from "./table.ts";

/** Notes about a distribution in the tables of paths. */
interface Notes {
  /** Name in the table, if it is not the distribution's title. */
  readonly title?: string;
  /** Heading of the page with more details. */
  readonly section?: string;
  /** Words before and after the path of the configuration, and of the executables. */
  readonly config?: readonly [before: string, after: string];
  readonly bin?: readonly [before: string, after: string];
  /** How the kubelet gets both paths. */
  readonly how: string;
  /** Rows without a distribution of `imagecred`, which follow it. */
  readonly more?: readonly (readonly string[])[];
}

const OUR_CHOICE = ["your choice; `imagecred` uses ", ""] as const;

/** In the order of the table. Distributions with the same paths are one row. */
const NOTES: Readonly<Record<string, Notes>> = {
  kubeadm: {
    section: "kubeadm",
    config: OUR_CHOICE,
    bin: OUR_CHOICE,
    how: "kubelet flags in `nodeRegistration.kubeletExtraArgs`, or `KUBELET_EXTRA_ARGS` in `/etc/default/kubelet` (deb) or `/etc/sysconfig/kubelet` (rpm)",
    more: [
      [
        "[Cluster API](#cluster-api)",
        "as for kubeadm",
        "as for kubeadm",
        "`kubeletExtraArgs` in the bootstrap template",
      ],
      [
        "[image-builder](#image-builder), AWS",
        "`/var/usr/ecr-credential-provider/ecr-credential-provider-config`",
        "`/opt/bin`",
        "its Ansible role writes both, and the flags",
      ],
      [
        "image-builder, Azure",
        "`/var/lib/kubelet/credential-provider-config.yaml`",
        "`/var/lib/kubelet/credential-provider` (Windows: `C:\\var\\lib\\kubelet\\credential-provider`)",
        "its templates set the flags",
      ],
    ],
  },
  eks: {
    section: "eks-nodeadm",
    title: "EKS, Amazon Linux 2023",
    config: ["`/etc/eks/image-credential-provider/config.json`, written by nodeadm; `imagecred` uses ", ""],
    how: "nodeadm sets the flags; a NodeConfig can override them",
  },
  talos: {
    title: "Talos",
    section: "talos",
    config: ["", ", written by Talos from its machine config"],
    how: "executables as a system extension",
  },
  kops: {
    section: "kops",
    config: ["", ", written by nodeup"],
    bin: ["", " (Flatcar `/opt/kubernetes/bin`, COS `/home/kubernetes/bin`)"],
    how: "flags on AWS and GCE only; the plugins are named `ecr-credential-provider`, `gcp-credential-provider`",
  },
  k3s: {
    title: "k3s, RKE2",
    section: "k3s-and-rke2",
    how: "used when both exist; the configuration must be a file, not a directory",
  },
  bottlerocket: {
    section: "bottlerocket",
    how: "settings; the executables are part of the read-only image",
  },
  aks: { title: "AKS", how: "AKS writes both when it creates a node" },
  gce: { title: "GCE (kube-up)", how: "the plugin is named `auth-provider-gcp`" },
  gke: {
    title: "GKE",
    how: "the plugin is named `auth-provider-gcp`; GKE writes it again when it creates a node",
  },
  openshift: {
    config: ["", ", and one file for each other plugin"],
    how: "Machine Config Operator; executables in the OS image",
  },
  microk8s: {
    how: "our choice; `install` adds the flags to `/var/snap/microk8s/current/args/kubelet`",
  },
  k0s: { how: "our choice; `install` adds the flags to `--kubelet-extra-args` in the unit of k0s" },
  kind: { how: "as kubeadm, in the node's container" },
};

/** Distributions whose row is another's, because it has the same paths. */
const SAME_AS: Readonly<Record<string, string>> = { rke2: "k3s" };

function byId(id: string): Distribution {
  const found = DISTRIBUTIONS.find((one) => one.id === id);
  if (found === undefined) throw new Error(`imagecred does not know the distribution ${id}`);
  return found;
}

/** The table of docs/node-image-builder.md. @throws Error for a distribution without a note, or with paths that are not its row's */
function linux(): string {
  for (const { id, configPath, binDir } of DISTRIBUTIONS) {
    const row = SAME_AS[id] ?? id;
    if (NOTES[row] === undefined) throw new Error(`no note on ${id} for the table of paths`);
    if (byId(row).configPath !== configPath || byId(row).binDir !== binDir)
      throw new Error(`${id} does not have the paths of ${row}`);
  }
  const rows = Object.entries(NOTES).flatMap(([id, notes]) => {
    const { title, configPath, binDir } = byId(id);
    const name = notes.title ?? title;
    const around = ([before, after]: readonly [string, string], path: string) =>
      `${before}${code(path)}${after}`;
    return [
      [
        notes.section === undefined ? name : `[${name}](#${notes.section})`,
        around(notes.config ?? ["", ""], configPath),
        around(notes.bin ?? ["", ""], binDir),
        notes.how,
      ],
      ...(notes.more ?? []),
    ];
  });
  return table(["distribution", "configuration", "executables", "how"], rows);
}

/** The text in the table of docs/windows.md other than the paths. */
const WINDOWS_NOTES: Readonly<
  Record<string, { readonly title?: string; readonly choice?: boolean; readonly bin?: string }>
> = {
  kubeadm: { title: "kubeadm (sig-windows-tools)", choice: true },
  aks: { title: "AKS" },
  rke2: {},
  gce: { title: "GCE (kube-up)", bin: ", as `auth-provider-gcp.exe`" },
};

function windows(): string {
  const rows = DISTRIBUTIONS.flatMap((distribution) => {
    const { id, title, windows: nodes } = distribution;
    if (nodes === undefined) return [];
    const notes = WINDOWS_NOTES[id];
    if (notes === undefined) throw new Error(`no note on the Windows nodes of ${id}`);
    const choice = notes.choice === true ? "your choice; `init` uses " : "";
    return [
      [
        notes.title ?? title,
        `${choice}${code(nodes.configPath)}`,
        `${choice}${code(nodes.binDir)}${notes.bin ?? ""}`,
        code(`Restart-Service ${nodes.service}`),
      ],
    ];
  });
  return table(["distribution", "configuration", "executables", "restart"], rows);
}

export const PLACES: readonly Region[] = [
  { page: "node-image-builder.md", name: "places", content: linux() },
  { page: "windows.md", name: "places", content: windows() },
];
