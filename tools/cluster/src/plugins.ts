import type { Clouds } from "@imagecred/fake-clouds";
import { anyExecutable } from "@imagecred/workspace";
import type { NodeContent } from "./cluster.ts";
import { poll } from "./deadline.ts";
import { PATHS } from "./node/files.ts";
import type { Node } from "./node/node.ts";

export const CLOUD_PLUGINS = ["ecr", "acr", "gcr"] as const;
export type CloudPlugin = (typeof CLOUD_PLUGINS)[number];
export const pluginName = (plugin: CloudPlugin) => `${plugin}-credential-provider`;

/** An image of each cloud. */
export const IMAGES: Readonly<Record<CloudPlugin, string>> = {
  ecr: "123456789012.dkr.ecr.us-west-2.amazonaws.com/app:v1",
  acr: "myreg.azurecr.io/app:v1",
  gcr: "us-central1-docker.pkg.dev/project/repo/app:v1",
};

/** Paths on a node of the files under test. */
export const PLUGIN_PATHS = {
  binDir: "/usr/local/libexec/kubernetes/credential-providers",
  config: "/etc/kubernetes/credential-provider-config.yaml",
  azureJson: "/etc/kubernetes/azure.json",
  imagecred: "/usr/local/bin/imagecred",
  /** The output directory of `imagecred init`. */
  written: "/root/imagecred-kubeadm",
} as const;

/** Names of the executables under test. */
export const PLUGIN_EXECUTABLES = [...CLOUD_PLUGINS.map(pluginName), "imagecred"];

/** The reason why there is nothing to install on a node, or undefined. */
export function whyNoPlugins(): string | undefined {
  const missing = PLUGIN_EXECUTABLES.filter((name) => anyExecutable(name) === undefined);
  return missing.length > 0 ? `${missing.join(", ")}: not built (npm run build)` : undefined;
}

/** The executables, and the azure.json of the fake Azure's virtual machine. The kubelet does not know of them yet. */
export async function pluginContent(clouds: Clouds): Promise<NodeContent> {
  const { binDir, imagecred } = PLUGIN_PATHS;
  const pathOf = (name: string) => (name === "imagecred" ? imagecred : `${binDir}/${name}`);
  return {
    executables: Object.fromEntries(
      PLUGIN_EXECUTABLES.map((name) => [pathOf(name), anyExecutable(name) ?? ""]),
    ),
    files: await azureJsonFile(clouds),
  };
}

/** The files that Azure puts on a virtual machine, by path. */
export async function azureJsonFile({ azure }: Clouds): Promise<Readonly<Record<string, string>>> {
  return { [PLUGIN_PATHS.azureJson]: JSON.stringify(await azure.azureJson("managed-identity"), null, 2) };
}

/**
 * Runs `imagecred init`, installs the kubelet's configuration that it writes, and restarts the kubelet.
 * @param args of `init`, in addition to the distribution's
 */
export async function configurePlugins(node: Node, args: readonly string[]): Promise<void> {
  const { imagecred, config, binDir, written } = PLUGIN_PATHS;
  await node.must(imagecred, "init", "--distribution", "kubeadm", "--force", "-d", written, ...args);
  await node.must("cp", `${written}/credential-provider-config.yaml`, config);
  const flags = `--image-credential-provider-config=${config} --image-credential-provider-bin-dir=${binDir}`;
  node.write("/etc/default/kubelet", `KUBELET_EXTRA_ARGS=--v=5 ${flags}\n`);
  await restartKubelet(node);
}

/** Removes the kubelet's flags and leaves the files. */
export async function removeFlags(node: Node): Promise<void> {
  node.write("/etc/default/kubelet", "KUBELET_EXTRA_ARGS=--v=5\n");
  await restartKubelet(node);
}

/** Restarts the kubelet and waits until it reports that it works: the API server shows the node as Ready all the time. */
export async function restartKubelet(node: Node): Promise<void> {
  const from = node.read(PATHS.kubeletLog).length;
  await node.must("systemctl", "restart", "kubelet");
  await kubeletLogged(node, "Starting kubelet main sync loop", from);
}

/** Waits until the kubelet's log has a text. @param from position in the log to look from */
export async function kubeletLogged(node: Node, text: string, from = 0, seconds = 30): Promise<void> {
  const giveUp = { what: `the kubelet logs ${text}`, seconds, details: () => node.tails() };
  await poll(giveUp, () => (node.read(PATHS.kubeletLog).indexOf(text, from) < 0 ? undefined : true));
}
