import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Directory of a node's programs, as in kubeadm's packages. */
export const PATHS = {
  kubelet: "/usr/bin/kubelet",
  k3s: "/usr/local/bin/k3s",
  kubectl: "/usr/bin/kubectl",
  containerd: "/usr/local/bin/containerd",
  shim: "/usr/local/bin/containerd-shim-runc-v2",
  ctr: "/usr/local/bin/ctr",
  runc: "/usr/local/sbin/runc",
  cni: "/opt/cni/bin",
  containerdSocket: "/run/containerd/containerd.sock",
  kubeletConfig: "/var/lib/kubelet/config.yaml",
  kubeletKubeconfig: "/etc/kubernetes/kubelet.conf",
  kubeletLog: "/var/log/kubelet.log",
  containerdLog: "/var/log/containerd.log",
  authority: "/etc/kubernetes/pki/ca.crt",
  /** The trust store of Debian and its relatives. */
  trustStore: "/etc/ssl/certs/ca-certificates.crt",
} as const;

/** The image of every pod's sandbox, from a registry that requires no credential. */
export const SANDBOX_IMAGE = "registry.k8s.io/pause:3.10";

/** How a node runs its kubelet: as a separate service, as kubeadm sets it up, or within k3s. */
export type NodeKind = "kubeadm" | "k3s";

export interface NodeFilesOptions {
  /** Default: kubeadm. */
  readonly kind?: NodeKind;
  readonly name: string;
  readonly address: string;
  readonly podSubnet: string;
  /** Address of the name server that knows the clouds. */
  readonly nameServer: string;
  /** PEM of the clouds' authority: the only one that the node trusts. */
  readonly cloudAuthority: string;
  /** PEM of the cluster's authority. */
  readonly clusterAuthority: string;
  readonly kubeconfig: string;
}

const UNITS = "/usr/local/lib/systemd/system";

/** Everything on a node that is not the machine's, by path: units, configuration, names. */
export function nodeFiles(options: NodeFilesOptions): Record<string, string> {
  const { name, kind = "kubeadm" } = options;
  const service = kind === "k3s" ? "k3s-agent.service" : "kubelet.service";
  return {
    [`${UNITS}/node.target`]: `[Unit]\nDescription=A Kubernetes node\nWants=containerd.service ${service}\n`,
    [`${UNITS}/containerd.service`]: CONTAINERD_UNIT,
    ...(kind === "k3s" ? k3sFiles(options) : kubeadmFiles(options)),
    "/etc/hostname": `${name}\n`,
    "/etc/hosts": `127.0.0.1 localhost\n${options.address} ${name}\n`,
    "/etc/resolv.conf": `nameserver ${options.nameServer}\n`,
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "/etc/machine-id": `${Buffer.from(name.padEnd(16, "-")).toString("hex").slice(0, 32)}\n`,
    "/etc/containerd/config.toml": CONTAINERD_CONFIG,
    "/etc/cni/net.d/10-bridge.conflist": JSON.stringify(cniConfig(options.podSubnet), null, 2),
    [PATHS.kubeletConfig]: JSON.stringify(KUBELET_CONFIGURATION, null, 2),
    [PATHS.kubeletKubeconfig]: options.kubeconfig,
    [PATHS.authority]: options.clusterAuthority,
    [PATHS.trustStore]: options.cloudAuthority,
  };
}

function kubeadmFiles({ address }: NodeFilesOptions): Record<string, string> {
  return {
    [`${UNITS}/kubelet.service`]: KUBELET_UNIT,
    [`${UNITS}/kubelet.service.d/10-kubeadm.conf`]: KUBEADM_DROP_IN,
    "/etc/default/kubelet": "KUBELET_EXTRA_ARGS=--v=5\n",
    "/var/lib/kubelet/kubeadm-flags.env": `KUBELET_KUBEADM_ARGS="--node-ip=${address}"\n`,
  };
}

/** The unit that k3s' install script writes (k3s, install.sh, create_systemd_service_file), except for the log and a shorter pause. */
function k3sFiles({ address }: NodeFilesOptions): Record<string, string> {
  const flags = [
    `kubeconfig=${PATHS.kubeletKubeconfig}`,
    `config=${PATHS.kubeletConfig}`,
    `node-ip=${address}`,
    "v=5",
  ];
  return {
    [`${UNITS}/k3s-agent.service`]: `[Unit]
Description=Lightweight Kubernetes
DefaultDependencies=no
After=containerd.service
StartLimitIntervalSec=0

[Service]
EnvironmentFile=-/etc/systemd/system/k3s-agent.service.env
KillMode=process
Delegate=yes
Restart=always
RestartSec=1
ExecStart=${PATHS.k3s} agent ${flags.map((flag) => `--kubelet-arg=${flag}`).join(" ")}
StandardOutput=append:${PATHS.kubeletLog}
StandardError=append:${PATHS.kubeletLog}
`,
  };
}

/** Writes files below a directory. @param mode of each; default 0644, as configuration on a node has */
export function writeFiles(
  root: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  mode = 0o644,
): void {
  for (const [path, content] of Object.entries(files)) {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    chmodSync(target, mode);
  }
}

const CONTAINERD_UNIT = `[Unit]
Description=containerd container runtime
DefaultDependencies=no

[Service]
Type=notify
ExecStart=${PATHS.containerd}
Environment=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
Delegate=yes
KillMode=process
LimitNOFILE=65536
StandardOutput=append:${PATHS.containerdLog}
StandardError=append:${PATHS.containerdLog}
`;

// The unit and the drop-in are those of kubeadm's packages (kubernetes/release,
// cmd/krel/templates/latest/kubelet/kubelet.service and kubeadm/10-kubeadm.conf), except for the log and a shorter pause.
const KUBELET_UNIT = `[Unit]
Description=kubelet: The Kubernetes Node Agent
DefaultDependencies=no
After=containerd.service
StartLimitIntervalSec=0

[Service]
ExecStart=${PATHS.kubelet}
Restart=always
RestartSec=1
StandardOutput=append:${PATHS.kubeletLog}
StandardError=append:${PATHS.kubeletLog}
`;

const KUBEADM_DROP_IN = `[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--kubeconfig=${PATHS.kubeletKubeconfig}"
Environment="KUBELET_CONFIG_ARGS=--config=${PATHS.kubeletConfig}"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=${PATHS.kubelet} $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`;

const CONTAINERD_CONFIG = `version = 3

[grpc]
  address = "${PATHS.containerdSocket}"

[plugins.'io.containerd.cri.v1.images']
  snapshotter = "overlayfs"

  [plugins.'io.containerd.cri.v1.images'.pinned_images]
    sandbox = "${SANDBOX_IMAGE}"

[plugins.'io.containerd.cri.v1.runtime']
  # Inside a container engine even root may lack CAP_SYS_RESOURCE, which lowering a score needs.
  restrict_oom_score_adj = true

  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = ["${PATHS.cni}"]
    conf_dir = "/etc/cni/net.d"

  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"

    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
      BinaryName = "${PATHS.runc}"
      SystemdCgroup = false
`;

function cniConfig(subnet: string): object {
  return {
    cniVersion: "1.0.0",
    name: "pods",
    plugins: [
      {
        type: "bridge",
        bridge: "cni0",
        isGateway: true,
        // The world has a route to the pods, so their addresses are not translated: nothing needs iptables.
        ipMasq: false,
        ipam: { type: "host-local", ranges: [[{ subnet }]], routes: [{ dst: "0.0.0.0/0" }] },
      },
    ],
  };
}

/** The kubelet's configuration, unless a node's own files override it. */
export const KUBELET_CONFIGURATION = {
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: PATHS.authority },
  },
  authorization: { mode: "Webhook" },
  staticPodPath: "/etc/kubernetes/manifests",
  containerRuntimeEndpoint: `unix://${PATHS.containerdSocket}`,
  clusterDomain: "cluster.local",
  cgroupDriver: "cgroupfs",
  failCgroupV1: false,
  failSwapOn: false,
  // There is no iptables here, and nothing that needs the kubelet's chains.
  makeIPTablesUtilChains: false,
  localStorageCapacityIsolation: false,
  evictionHard: { "memory.available": "1Mi", "nodefs.available": "0%", "imagefs.available": "0%" },
  imageGCHighThresholdPercent: 100,
  maxPods: 200,
  registryPullQPS: 0,
  eventRecordQPS: 0,
  serializeImagePulls: false,
  // The fallback interval: static pods are usually noticed at once.
  fileCheckFrequency: "1s",
  shutdownGracePeriod: "0s",
};
