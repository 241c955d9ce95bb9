import { execFile } from "node:child_process";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before } from "node:test";
import { promisify } from "node:util";
import { executables } from "@imagecred/e2e";
import { Cluster } from "../src/cluster.ts";
import { poll } from "../src/deadline.ts";
import { PATHS } from "../src/node/files.ts";
import type { Node } from "../src/node/node.ts";
import { buildPrograms } from "../src/programs/index.ts";
import { worldDirectory } from "../src/world/enter.ts";
import { Pods, podManifest } from "./pods.ts";

export const CLOUD_PLUGINS = ["ecr", "acr", "gcr"] as const;
export type CloudPlugin = (typeof CLOUD_PLUGINS)[number];
export const pluginName = (plugin: CloudPlugin) => `${plugin}-credential-provider`;

/** An image of each cloud. */
export const IMAGES: Readonly<Record<CloudPlugin, string>> = {
  ecr: "123456789012.dkr.ecr.us-west-2.amazonaws.com/app:v1",
  acr: "myreg.azurecr.io/app:v1",
  gcr: "us-central1-docker.pkg.dev/project/repo/app:v1",
};

/** The images under another tag: others, which no node has yet. */
export const taggedImage = (tag: string) => (plugin: CloudPlugin) =>
  IMAGES[plugin].replace(/:v1$/, `:${tag}`);

const BIN_DIR = "/usr/local/libexec/kubernetes/credential-providers";
const CONFIG = "/etc/kubernetes/credential-provider-config.yaml";
const IMAGECRED = "/usr/local/bin/imagecred";

/** This machine's executable of a name, static where there is one. */
function executable(name: string): string | undefined {
  return executables(name).find((built) => built.skipped === undefined)?.path;
}

/** Why there is nothing to run on a node, or false. */
export function notBuilt(): string | false {
  const names = [...CLOUD_PLUGINS.map(pluginName), "imagecred"];
  const missing = names.filter((name) => executable(name) === undefined);
  return missing.length > 0 ? `${missing.join(", ")} not built (npm run build)` : false;
}

/** The cluster of the test run, started before the first test of the suite that it is made in, and ended after the last. */
export class TestCluster {
  /** Path of the node's azure.json. */
  readonly azureJson = "/etc/kubernetes/azure.json";
  #cluster: Cluster | undefined;
  #node: Node | undefined;
  #pods: Pods | undefined;

  constructor() {
    before(async () => {
      const directory = worldDirectory();
      const cluster = await Cluster.start({ directory, programs: await buildPrograms() });
      this.#cluster = cluster;
      const plugins = CLOUD_PLUGINS.map((plugin) => [`${BIN_DIR}/${pluginName(plugin)}`, pluginName(plugin)]);
      const node = await cluster.addNode({
        executables: Object.fromEntries(
          [...plugins, [IMAGECRED, "imagecred"]].map(([path = "", name = ""]) => [
            path,
            executable(name) ?? "",
          ]),
        ),
        files: { [this.azureJson]: JSON.stringify(await cluster.clouds.azure.azureJson("managed-identity")) },
      });
      this.#node = node;
      this.#pods = new Pods(cluster.api, () => node.tails());
      await this.serviceAccount("default");
    });
    after(() => this.#cluster?.stop());
  }

  get cluster(): Cluster {
    return started(this.#cluster);
  }

  get node(): Node {
    return started(this.#node);
  }

  get pods(): Pods {
    return started(this.#pods);
  }

  /**
   * Has `imagecred init` write the kubelet's configuration, gives it to the kubelet, and restarts that.
   * @param args of `init` @returns the directory with what it wrote
   */
  async configure(args: readonly string[]): Promise<string> {
    const { node } = this;
    const directory = "/root/imagecred-kubeadm";
    await node.must(IMAGECRED, "init", "--distribution", "kubeadm", "--force", "-d", directory, ...args);
    await node.must("cp", `${directory}/credential-provider-config.yaml`, CONFIG);
    const flags = `--image-credential-provider-config=${CONFIG} --image-credential-provider-bin-dir=${BIN_DIR}`;
    node.write("/etc/default/kubelet", `KUBELET_EXTRA_ARGS=--v=5 ${flags}\n`);
    await this.restartKubelet();
    return directory;
  }

  /** Restarts the kubelet, and waits until it says so itself: the node has been Ready all the time. */
  async restartKubelet(): Promise<void> {
    const known = this.node.read(PATHS.kubeletLog).length;
    await this.node.must("systemctl", "restart", "kubelet");
    await this.kubeletLogged("Starting kubelet main sync loop", known);
  }

  /** Waits until the kubelet's log has a text. @param from the position to look from */
  async kubeletLogged(text: string, from = 0, seconds = 30): Promise<void> {
    const giveUp = { what: `the kubelet logs ${text}`, seconds, details: () => this.node.tails() };
    await poll(giveUp, () => (this.node.read(PATHS.kubeletLog).indexOf(text, from) < 0 ? undefined : true));
  }

  /** Where the next entries of the kubelet's log begin, for {@link kubeletLogged}. */
  logLength(): number {
    return this.node.read(PATHS.kubeletLog).length;
  }

  /** How often each plugin has run since the kubelet started, by plugin. */
  async pluginRuns(): Promise<Record<string, number>> {
    const path = `/api/v1/nodes/${this.node.name}/proxy/metrics`;
    const metrics = String(await this.cluster.api.call("GET", path));
    const counts = metrics.matchAll(
      /^kubelet_credential_provider_plugin_duration_count\{plugin_name="([^"]+)"\} (\d+)$/gm,
    );
    return Object.fromEntries([...counts].map(([, plugin, count]) => [plugin, Number(count)]));
  }

  addStaticPod(name: string, image: string): void {
    const path = this.node.path(manifestPath(name));
    // Renamed into place: the kubelet reads a file as soon as it appears, but not those that begin with a dot.
    const hidden = join(dirname(path), `.${name}`);
    writeFileSync(hidden, JSON.stringify(podManifest({ name, image })));
    renameSync(hidden, path);
  }

  removeStaticPod(name: string): void {
    rmSync(this.node.path(manifestPath(name)));
  }

  /** Waits for a service account that a controller makes, or makes one with annotations. */
  async serviceAccount(
    name: string,
    namespace = "default",
    annotations?: Record<string, string>,
  ): Promise<void> {
    const collection = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    if (annotations !== undefined) {
      const object = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace, annotations } };
      await this.cluster.api.apply(`${collection}/${name}`, object);
    }
    const giveUp = { what: `service account ${namespace}/${name}`, seconds: 30 };
    await this.cluster.api.until(collection, giveUp, (items) =>
      items.find(({ metadata }) => metadata.name === name),
    );
  }

  /** Makes a namespace, and waits for its default service account. */
  async namespace(name: string): Promise<void> {
    await this.cluster.api.apply(`/api/v1/namespaces/${name}`, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name },
    });
    await this.serviceAccount("default", name);
  }

  /** Lets nodes ask for tokens with these audiences. @param resourceNames of service accounts; default: of all */
  async applyAudienceRole(
    name: string,
    audiences: readonly string[],
    resourceNames?: readonly string[],
  ): Promise<void> {
    const apiVersion = "rbac.authorization.k8s.io/v1";
    const rule = { apiGroups: [""], resources: audiences, verbs: ["request-serviceaccounts-token-audience"] };
    await this.cluster.api.apply(`${RBAC}/clusterroles/${name}`, {
      apiVersion,
      kind: "ClusterRole",
      metadata: { name },
      rules: [resourceNames === undefined ? rule : { ...rule, resourceNames }],
    });
    await this.cluster.api.apply(`${RBAC}/clusterrolebindings/${name}`, {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:nodes" }],
    });
  }

  async removeAudienceRole(name: string): Promise<void> {
    await this.cluster.api.delete(`${RBAC}/clusterrolebindings/${name}`);
    await this.cluster.api.delete(`${RBAC}/clusterroles/${name}`);
  }

  /** Runs kubectl as the administrator, in the world. */
  async kubectl(...args: readonly string[]): Promise<string> {
    const { kubectl, controlPlane } = this.cluster;
    const env = { PATH: process.env["PATH"], HOME: worldDirectory(), KUBECONFIG: controlPlane.kubeconfig };
    return (await promisify(execFile)(kubectl, [...args], { env })).stdout;
  }
}

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const manifestPath = (name: string) => `/etc/kubernetes/manifests/${name}.json`;

function started<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the cluster has not started");
  return value;
}
