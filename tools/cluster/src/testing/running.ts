import type { KubeObject } from "../control-plane/api.ts";
import type { Node } from "../node/node.ts";

/** Process ID of a unit on a node; it changes with a restart. */
export function mainPid(node: Node, unit: string): Promise<string> {
  return node.must("systemctl", "show", "--value", "--property=MainPID", unit);
}

/** Processes of the nodes' kubelets. */
export function kubelets(nodes: readonly Node[]): Promise<string[]> {
  return Promise.all(nodes.map((node) => mainPid(node, "kubelet")));
}

interface Status {
  readonly containerStatuses?: readonly { readonly containerID?: string }[];
  readonly initContainerStatuses?: readonly {
    readonly state?: { readonly terminated?: Failure };
    readonly lastState?: { readonly terminated?: Failure };
  }[];
}

/** How a container ended. */
export interface Failure {
  readonly exitCode: number;
  readonly message?: string;
}

/** ID of a pod's container; it changes with a restart. */
export function containerOf(pod: KubeObject): string {
  return (pod["status"] as Status).containerStatuses?.[0]?.containerID ?? "";
}

/** How an init container of the pod has failed. */
export function failureOf(pod: KubeObject): Failure | undefined {
  const { initContainerStatuses = [] } = pod["status"] as Status;
  return initContainerStatuses
    .flatMap(({ state, lastState }) => [state?.terminated, lastState?.terminated])
    .find((ended) => ended !== undefined && ended.exitCode !== 0);
}
