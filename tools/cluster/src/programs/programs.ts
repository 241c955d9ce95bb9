import { join } from "node:path";
import { type GoProgram, GoPrograms } from "@imagecred/workspace";
import { libseccomp } from "./libseccomp.ts";

const go = new GoPrograms(join(import.meta.dirname, "../../go"));

/** The newest release of Kubernetes; go/kubernetes/go.mod pins the same one. */
export const KUBERNETES_VERSION = "v1.37.2";

/** All of Kubernetes in one file: the component is the file's name, so it is run through links. */
const KUBERNETES: GoProgram = {
  name: "kubernetes",
  module: "kubernetes",
  package: ".",
  // Without it a node's version is v0.0.0-master, which programs that compare versions cannot parse.
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

/** The release whose kubelet runs in addition to the newest one: the first with tokens, behind a feature gate and without config directories. */
export const OLDER_KUBELET_VERSION = "v1.33.13";

const OLDER_KUBELET: GoProgram = {
  name: "kubelet-1.33",
  module: "kubelet-1.33",
  package: "k8s.io/kubernetes/cmd/kubelet",
  variables: { "k8s.io/component-base/version.gitVersion": OLDER_KUBELET_VERSION },
};

/** Path of {@link OLDER_KUBELET}; undefined while the cache lacks it. */
export async function cachedOlderKubelet(): Promise<string | undefined> {
  return await go.cached(OLDER_KUBELET);
}

/** Builds {@link OLDER_KUBELET} unless it is cached. @returns its path */
export async function buildOlderKubelet(starting: (name: string) => void = () => {}): Promise<string> {
  if ((await cachedOlderKubelet()) === undefined) starting(OLDER_KUBELET.name);
  return await go.build(OLDER_KUBELET);
}

/** Path of {@link KUBERNETES}, built unless it is cached. Start it with a component's name as argument 0. */
export async function buildKubernetes(): Promise<string> {
  return await go.build(KUBERNETES);
}

/** Everything that runs in the cluster and is not the machine's own. */
const PROGRAMS = {
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

/** Builds what the cache lacks. @param starting gets the name of each program before it is built */
export async function buildPrograms(starting: (name: string) => void = () => {}): Promise<Programs> {
  const paths: Record<string, string> = {};
  for (const [name, program] of Object.entries(PROGRAMS)) {
    let path = await go.cached(program);
    if (path === undefined) {
      starting(name);
      path = await go.build(program);
    }
    paths[name] = path;
  }
  return paths as Programs;
}

/** Names of the programs that the cache lacks. */
export async function programsToBuild(): Promise<string[]> {
  const lacking: string[] = [];
  for (const [name, program] of Object.entries(PROGRAMS)) {
    if ((await go.cached(program)) === undefined) lacking.push(name);
  }
  return lacking;
}
