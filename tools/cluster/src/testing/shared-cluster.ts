import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before } from "node:test";
import { promisify } from "node:util";
import type { Helm } from "@imagecred/chart";
import { anyExecutable } from "@imagecred/workspace";
import { Cluster, type NodeContent } from "../cluster.ts";
import { KUBELET_CONFIGURATION, PATHS } from "../node/files.ts";
import type { Node } from "../node/node.ts";
import {
  type CloudPlugin,
  configurePlugins,
  IMAGES,
  kubeletLogged,
  pluginContent,
  restartKubelet,
} from "../plugins.ts";
import { buildPrograms } from "../programs/index.ts";
import { worldDirectory } from "../world/enter.ts";
import type { Report } from "./installer.ts";
import { Pods, podManifest } from "./pods.ts";
import { serveRelease } from "./release-registry.ts";

/** The images under another tag, which no node has yet. */
export const taggedImage = (tag: string) => (plugin: CloudPlugin) =>
  IMAGES[plugin].replace(/:v1$/, `:${tag}`);

/** The cluster of the test run, started before the first test of the suite that it is made in, and ended after the last. */
export class SharedCluster {
  #cluster: Cluster | undefined;
  #node: Node | undefined;
  #pods: Pods | undefined;

  constructor() {
    before(async () => {
      const directory = worldDirectory();
      const cluster = await Cluster.start({ directory, programs: await buildPrograms() });
      this.#cluster = cluster;
      const content = await pluginContent(cluster.clouds);
      // Other nodes' kubelets have it closed, so that install must rely on their processes.
      const readOnlyPort = {
        [PATHS.kubeletConfig]: JSON.stringify({ ...KUBELET_CONFIGURATION, readOnlyPort: 10_255 }),
      };
      const node = await cluster.addNode({ ...content, files: { ...content.files, ...readOnlyPort } });
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

  /** Logs of nodes that have left the cluster: their names and paths. */
  readonly keptLogs: (readonly [component: string, path: string])[] = [];
  #release: Promise<void> | undefined;

  /** Boots one more node, which runs only pods that name it or tolerate everything. */
  async addOwnNode(content: NodeContent): Promise<Node> {
    const configuration = {
      ...KUBELET_CONFIGURATION,
      registerWithTaints: [{ key: "imagecred.dev/own", effect: "NoSchedule" }],
    };
    const files = { ...content.files, [PATHS.kubeletConfig]: JSON.stringify(configuration) };
    return await this.cluster.addNode({ ...content, files });
  }

  /** Removes a node from the cluster, so that later parts do not find it. */
  async removeNode(node: Node): Promise<void> {
    const logs = await this.cluster.removeNode(node);
    for (const [component, path] of Object.entries(logs))
      this.keptLogs.push([`${node.name}'s ${component}`, path]);
  }

  /** {@link serveRelease}, once for all that use it. */
  serveRelease(helm: Helm): Promise<void> {
    this.#release ??= (async () => {
      const directory = join(worldDirectory(), "release");
      mkdirSync(directory);
      await serveRelease(this.cluster, helm, directory);
    })();
    return this.#release;
  }

  /** {@link configurePlugins} on the node. */
  async configure(...args: readonly string[]): Promise<void> {
    await configurePlugins(this.node, args);
  }

  async restartKubelet(): Promise<void> {
    await restartKubelet(this.node);
  }

  /** Waits until the kubelet's log has a text. @param from position in the log to look from */
  async kubeletLogged(text: string, from = 0): Promise<void> {
    await kubeletLogged(this.node, text, from);
  }

  /** Where the next entries of the kubelet's log begin, for {@link kubeletLogged}. */
  logLength(): number {
    return this.node.read(PATHS.kubeletLog).length;
  }

  /** Number of runs of each plugin since the kubelet started. */
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

  /** Lets nodes request tokens with these audiences. @param resourceNames of service accounts; default: of all */
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

  /** Output of `imagecred nodes` for the administrator, whatever its exit code. */
  async nodes(...args: readonly string[]): Promise<Report> {
    const program = anyExecutable("imagecred") ?? assert.fail("imagecred is not built");
    const line = ["nodes", "--kubeconfig", this.cluster.controlPlane.kubeconfig, "-o", "json", ...args];
    const { stdout } = await promisify(execFile)(program, line, { env: {} }).catch(
      (error: { readonly stdout: string }) => error,
    );
    return JSON.parse(stdout) as Report;
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
