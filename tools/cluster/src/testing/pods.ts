import type { KubeApi, KubeObject } from "../control-plane/api.ts";
import { poll } from "../deadline.ts";

export interface PodOptions {
  readonly name: string;
  readonly image: string;
  readonly namespace?: string;
  readonly serviceAccount?: string;
  /** Default `Always`: the kubelet contacts the registry for each pod. */
  readonly imagePullPolicy?: "Always" | "IfNotPresent" | "Never";
  readonly labels?: Readonly<Record<string, string>>;
  readonly hostNetwork?: boolean;
  /** Command to run once, instead of the image's own. */
  readonly command?: readonly string[];
  /** Privileged, and in the node's pid namespace. */
  readonly privileged?: boolean;
  /** The node to run on; the scheduler's choice unless given. */
  readonly node?: string;
  /** Audiences of tokens that the pod mounts. */
  readonly projectedAudiences?: readonly string[];
}

interface ContainerState {
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly running?: { readonly startedAt: string };
  readonly terminated?: { readonly exitCode: number };
}

interface ContainerStatus {
  readonly state?: ContainerState;
  readonly restartCount: number;
}

/** A pod of one container. */
export function podManifest({ name, image, namespace = "default", ...options }: PodOptions): object {
  const {
    serviceAccount,
    node,
    imagePullPolicy = "Always",
    labels = {},
    hostNetwork = false,
    command,
    privileged = false,
    projectedAudiences = [],
  } = options;
  const sources = projectedAudiences.map((audience) => ({
    serviceAccountToken: { audience, path: "token" },
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels },
    spec: {
      ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount }),
      ...(node === undefined ? {} : { nodeName: node }),
      automountServiceAccountToken: false,
      hostNetwork,
      hostPID: privileged,
      ...(command === undefined ? {} : { restartPolicy: "Never" }),
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: "app",
          image,
          imagePullPolicy,
          ...(command === undefined ? {} : { command }),
          ...(privileged ? { securityContext: { privileged } } : {}),
          ...(sources.length > 0 ? { volumeMounts: [{ name: "token", mountPath: "/token" }] } : {}),
        },
      ],
      ...(sources.length > 0 ? { volumes: [{ name: "token", projected: { sources } }] } : {}),
    },
  };
}

/** Pods of the test cluster, watched until they reach the awaited state. */
export class Pods {
  readonly #api: KubeApi;
  readonly #details: () => string;

  /** @param details the ends of the node's logs, for timeouts */
  constructor(api: KubeApi, details: () => string) {
    this.#api = api;
    this.#details = details;
  }

  async create(options: PodOptions): Promise<void> {
    await this.#api.create(`/api/v1/namespaces/${options.namespace ?? "default"}/pods`, podManifest(options));
  }

  /** Creates a pod and waits until its container runs. */
  async start(options: PodOptions, seconds?: number): Promise<KubeObject> {
    await this.create(options);
    return await this.running(options.name, options.namespace, seconds);
  }

  /** Waits until the container runs. @throws Error with the container's state, after `seconds` */
  async running(name: string, namespace = "default", seconds = 40): Promise<KubeObject> {
    let last: ContainerState | undefined;
    return await this.#until(
      name,
      namespace,
      seconds,
      () => `runs (${JSON.stringify(last)})`,
      (pod) => {
        last = statusOf(pod)?.state;
        return last?.running === undefined ? undefined : pod;
      },
    );
  }

  /** Waits until the image's pull has failed. @returns the message in the pod's status */
  async pullFailed(name: string, namespace = "default", seconds = 40): Promise<string> {
    return await this.#until(
      name,
      namespace,
      seconds,
      () => "has a failed pull",
      (pod) => {
        const { waiting, running } = statusOf(pod)?.state ?? {};
        if (running !== undefined)
          throw new Error(`pod ${namespace}/${name} runs, although its image should not be available`);
        return waiting?.reason === "ErrImagePull" ? (waiting.message ?? "") : undefined;
      },
    );
  }

  /** Waits until the container has ended. @returns its exit code */
  async exitCode(name: string, namespace = "default", seconds = 40): Promise<number> {
    return await this.#until(
      name,
      namespace,
      seconds,
      () => "ends",
      (pod) => statusOf(pod)?.state?.terminated?.exitCode,
    );
  }

  async remove(name: string, namespace = "default"): Promise<void> {
    await this.#api.delete(`/api/v1/namespaces/${namespace}/pods/${name}`, { gracePeriodSeconds: 0 });
  }

  /** Waits until this many pods with a label run. */
  async allRunning(label: string, count: number, seconds: number): Promise<void> {
    let running = 0;
    const giveUp = {
      get what() {
        return `${count} pods run (${running} do)`;
      },
      seconds,
      details: this.#details,
    };
    await this.#api.until(`/api/v1/namespaces/default/pods?labelSelector=${label}`, giveUp, (pods) => {
      running = pods.filter((pod) => statusOf(pod)?.state?.running !== undefined).length;
      return running >= count ? true : undefined;
    });
  }

  /** The container's output. A program that runs may not have printed anything yet, so this waits for its first output. */
  async log(name: string, namespace = "default"): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/log`;
    const giveUp = { what: `pod ${namespace}/${name} prints`, seconds: 20, details: this.#details };
    return await poll(giveUp, async () => String(await this.#api.call("GET", path)) || undefined);
  }

  #until<T>(
    name: string,
    namespace: string,
    seconds: number,
    what: () => string,
    wanted: (pod: KubeObject) => T | undefined,
  ): Promise<T> {
    const collection = `/api/v1/namespaces/${namespace}/pods?fieldSelector=metadata.name%3D${name}`;
    const giveUp = {
      get what() {
        return `pod ${namespace}/${name} ${what()}`;
      },
      seconds,
      details: this.#details,
    };
    return this.#api.until(collection, giveUp, ([pod]) => (pod === undefined ? undefined : wanted(pod)));
  }
}

function statusOf(pod: KubeObject): ContainerStatus | undefined {
  const { containerStatuses = [] } = (pod["status"] ?? {}) as {
    containerStatuses?: readonly ContainerStatus[];
  };
  return containerStatuses[0];
}

/** Number of restarts of the pod's container. */
export function restartsOf(pod: KubeObject): number {
  return statusOf(pod)?.restartCount ?? 0;
}
