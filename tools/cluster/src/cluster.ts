import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type Clouds, type CloudsOptions, serveMetadataAddress, startClouds } from "@imagecred/fake-clouds";
import { METADATA } from "@imagecred/workspace";
import type { KubeApi, KubeObject } from "./control-plane/api.ts";
import { ControlPlane } from "./control-plane/control-plane.ts";
import { Images } from "./images.ts";
import type { NodeOptions } from "./node/boot.ts";
import { Node } from "./node/node.ts";
import type { Programs } from "./programs/index.ts";
import { publicRegistry } from "./public-registry.ts";
import { serveNames } from "./world/names.ts";
import { furnishNetwork, WORLD_ADDRESS } from "./world/network.ts";

export interface ClusterOptions {
  /** A directory for everything that is written. */
  readonly directory: string;
  readonly programs: Programs;
  readonly clouds?: Omit<CloudsOptions, "listen" | "issuer" | "images">;
}

export type NodeContent = Pick<NodeOptions, "kind" | "kubelet" | "files" | "executables">;

const METADATA_NAMES: ReadonlySet<string> = new Set(["metadata.google.internal"]);

/** A running cluster: the clouds, a control plane, and as many nodes as are added. */
export class Cluster implements AsyncDisposable {
  readonly clouds: Clouds;
  readonly controlPlane: ControlPlane;
  readonly nodes: Node[] = [];
  /** Path of kubectl. It needs {@link ControlPlane.kubeconfig}. */
  readonly kubectl: string;
  readonly #options: ClusterOptions;
  readonly #services: AsyncDisposableStack;
  #booted = 0;

  private constructor(
    options: ClusterOptions,
    clouds: Clouds,
    plane: ControlPlane,
    services: AsyncDisposableStack,
  ) {
    this.#options = options;
    this.clouds = clouds;
    this.controlPlane = plane;
    this.#services = services;
    this.kubectl = join(options.directory, "programs/kubectl");
  }

  /** Starts clouds and control plane in the namespaces that this process is in. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    furnishNetwork();
    await using services = new AsyncDisposableStack();
    const images = new Images(options.programs.workload);
    const clouds = services.use(
      await startClouds({
        ...options.clouds,
        issuer: ISSUER,
        images,
        listen: { tls: { address: WORLD_ADDRESS, port: 443 } },
      }),
    );
    clouds.core.addTls(publicRegistry("registry.k8s.io", ["pause"], images));
    services.use(await serveMetadataAddress(clouds));
    services.use(
      await serveNames(WORLD_ADDRESS, (name) => {
        if (METADATA_NAMES.has(name)) return METADATA.address;
        return clouds.core.tls.serviceFor(name) === undefined ? undefined : WORLD_ADDRESS;
      }),
    );
    const directory = join(options.directory, "control-plane");
    const plane = await ControlPlane.start({
      kubernetes: options.programs.kubernetes,
      directory,
      issuer: ISSUER,
    });
    services.defer(() => plane.stop());
    mkdirSync(join(options.directory, "programs"));
    symlinkSync(options.programs.kubernetes, join(options.directory, "programs/kubectl"));
    clouds.cluster.issuedBy(async () => (await plane.api.call("GET", "/openid/v1/jwks")) as never);
    return new Cluster(options, clouds, plane, services.move());
  }

  get api(): KubeApi {
    return this.controlPlane.api;
  }

  /** Boots one more node and waits until it is Ready. */
  async addNode(content: NodeContent = {}): Promise<Node> {
    // Several nodes can boot at the same time, and addresses of ended nodes are not reused.
    const index = ++this.#booted;
    const name = `node-${index}`;
    const directory = join(this.#options.directory, name);
    mkdirSync(directory);
    const node = await Node.start({
      ...content,
      name,
      index,
      directory,
      programs: this.#options.programs,
      nameServer: WORLD_ADDRESS,
      cloudAuthority: this.clouds.core.authority.pem,
      clusterAuthority: this.controlPlane.authority,
      kubeconfig: await this.controlPlane.kubeconfigFor({
        name: `system:node:${name}`,
        group: "system:nodes",
      }),
    });
    this.nodes.push(node);
    await this.ready(node);
    return node;
  }

  /**
   * Ends a node and removes it from the cluster. Its logs stay on disk.
   * @returns their paths, by component
   */
  async removeNode(node: Node): Promise<Readonly<Record<string, string>>> {
    const logs: Record<string, string> = {};
    for (const [component, path] of Object.entries(node.logs)) {
      const kept = join(this.#options.directory, node.name, `${component}.log`);
      copyFileSync(path, kept);
      logs[component] = kept;
    }
    this.nodes.splice(this.nodes.indexOf(node), 1);
    await node.stop();
    await this.api.delete(`/api/v1/nodes/${node.name}`);
    return logs;
  }

  /** Waits until the API server reports a node as Ready. @throws Error with the ends of the node's logs */
  async ready(node: Node, seconds = 60): Promise<void> {
    const giveUp = { what: `${node.name} is Ready`, seconds, details: () => node.tails() };
    await this.api.until(`/api/v1/nodes?fieldSelector=metadata.name%3D${node.name}`, giveUp, ([object]) =>
      object !== undefined && isReady(object) ? true : undefined,
    );
  }

  /** Ends everything, nodes first. */
  async stop(): Promise<void> {
    for (const node of this.nodes.splice(0).toReversed()) await node.stop();
    await this.#services.disposeAsync();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** In the form that EKS gives its clusters. */
const ISSUER = "https://oidc.eks.us-west-2.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";

/** Whether a node or a pod has the condition Ready. */
export function isReady(object: KubeObject): boolean {
  const { conditions = [] } = (object["status"] ?? {}) as {
    conditions?: readonly { type: string; status: string }[];
  };
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}
