import { build, cached, type GoProgram } from "./go-program.ts";
import { libseccomp } from "./libseccomp.ts";

/** The newest release of Kubernetes; go/kubernetes/go.mod pins the same one. */
export const KUBERNETES_VERSION = "v1.37.2";

/** The names that {@link KUBERNETES} is called by; each makes it another component. */
export const COMPONENTS = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubectl",
  "kubelet",
] as const;

/** All of Kubernetes in one file: the component is the file's name, so it is called through links. */
export const KUBERNETES: GoProgram = {
  name: "kubernetes",
  module: "kubernetes",
  package: ".",
  // Without it a node's version is v0.0.0-master, which nothing that compares versions understands.
  variables: { "k8s.io/component-base/version.gitVersion": KUBERNETES_VERSION },
};

/** The snapshotters that need C libraries or kernel modules; overlay is the one in use. */
const CONTAINERD_TAGS = ["no_btrfs", "no_devmapper", "no_zfs", "no_aufs"];
const containerd = (name: string, tags = CONTAINERD_TAGS): GoProgram => ({
  name,
  module: "containerd",
  package: `github.com/containerd/containerd/v2/cmd/${name}`,
  tags,
});
const cni = (name: string, kind: "main" | "ipam"): GoProgram => ({
  name,
  module: "cni",
  package: `github.com/containernetworking/plugins/plugins/${kind}/${name}`,
});

/** Everything that runs in the cluster and is not the machine's own. */
export const PROGRAMS = {
  kubernetes: KUBERNETES,
  containerd: containerd("containerd"),
  "containerd-shim-runc-v2": containerd("containerd-shim-runc-v2"),
  ctr: containerd("ctr"),
  runc: {
    name: "runc",
    module: "runc",
    package: "github.com/opencontainers/runc",
    tags: ["seccomp"],
    library: libseccomp,
  },
  bridge: cni("bridge", "main"),
  loopback: cni("loopback", "main"),
  "host-local": cni("host-local", "ipam"),
  workload: { name: "workload", module: "workload", package: "." },
} as const satisfies Record<string, GoProgram>;

/** Path of each program. */
export type Programs = Readonly<Record<keyof typeof PROGRAMS, string>>;

/** Builds what the cache lacks. @param starting told the name of each program before it is built */
export async function buildPrograms(starting: (name: string) => void = () => {}): Promise<Programs> {
  const paths: Record<string, string> = {};
  for (const [name, program] of Object.entries(PROGRAMS)) {
    let path = await cached(program);
    if (path === undefined) {
      starting(name);
      path = await build(program);
    }
    paths[name] = path;
  }
  return paths as Programs;
}

/** The programs, when the cache has all of them; else the names of those that it lacks. */
export async function cachedPrograms(): Promise<Programs | readonly string[]> {
  const entries = await Promise.all(
    Object.entries(PROGRAMS).map(async ([name, program]) => [name, await cached(program)] as const),
  );
  const lacking = entries.filter(([, path]) => path === undefined).map(([name]) => name);
  return lacking.length > 0 ? lacking : (Object.fromEntries(entries) as unknown as Programs);
}
