import { asObject, excerpt, parseJsonObject, textAt } from "@imagecred/protocol";
import { type ApiClient, ApiError } from "../../cluster/api-client.ts";
import { type KubeletMetrics, parseKubeletMetrics } from "../../cluster/kubelet-metrics.ts";
import { CommandError } from "../../errors.ts";

/** A node as the API server lists it. */
export interface ListedNode {
  readonly name: string;
  readonly kubeletVersion: string;
  readonly ready: boolean;
}

/** The metrics of one node's kubelet, or why they could not be read. */
export type MetricsResult =
  | { readonly metrics: KubeletMetrics }
  /** `forbidden`: this user lacks the permission. */
  | { readonly problem: string; readonly forbidden: boolean };

const PAGE = 200;
/** A node object with its images can have a hundred kilobytes, the metrics of its kubelet a few megabytes. */
const LARGEST_PAGE_BYTES = 64 << 20;
const LARGEST_METRICS_BYTES = 32 << 20;
const FORBIDDEN = 403;

/** The permissions that `nodes` needs; nodes/proxy lets a user send requests to a node's kubelet. */
export const PERMISSIONS =
  "this requires list on nodes and get on nodes/proxy; run kubectl create clusterrole imagecred-nodes --verb=get,list --resource=nodes,nodes/proxy, and create a clusterrolebinding for this user";

/** All nodes of a cluster, page by page. @throws {CommandError} */
export async function listNodes(
  api: ApiClient,
  selector: string | undefined,
  timeoutMs: number,
): Promise<readonly ListedNode[]> {
  const nodes: ListedNode[] = [];
  let next: string | undefined;
  do {
    const query = new URLSearchParams({
      limit: String(PAGE),
      ...(selector === undefined ? {} : { labelSelector: selector }),
      ...(next === undefined ? {} : { continue: next }),
    });
    const page = parseJsonObject(await list(api, `/api/v1/nodes?${query.toString()}`, timeoutMs));
    const items = page?.["items"];
    if (!Array.isArray(items))
      throw new CommandError(`listing the nodes of ${api.server}: the response is not a list of nodes`);
    nodes.push(...items.map(nodeOf));
    next = textAt(page, "metadata", "continue");
  } while (next !== undefined);
  return nodes.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function list(api: ApiClient, path: string, timeoutMs: number): Promise<Uint8Array> {
  try {
    return await api.get(path, { timeoutMs, maxBytes: LARGEST_PAGE_BYTES });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const advice =
      error.status === FORBIDDEN
        ? `; ${PERMISSIONS}`
        : error.status === 401
          ? "; the API server does not accept these credentials: check that kubectl works with the same kubeconfig"
          : "";
    throw new CommandError(`listing the nodes of ${api.server}: ${error.message}${advice}`, { cause: error });
  }
}

function nodeOf(item: unknown): ListedNode {
  const conditions = asObject(asObject(item)?.["status"])?.["conditions"];
  const ready = Array.isArray(conditions)
    ? conditions.find((one: unknown) => textAt(one, "type") === "Ready")
    : undefined;
  return {
    name: textAt(item, "metadata", "name") ?? "",
    kubeletVersion: textAt(item, "status", "nodeInfo", "kubeletVersion") ?? "",
    ready: textAt(ready, "status") === "True",
  };
}

/** Reads the metrics of one node's kubelet through the API server; errors of node or server are returned, not thrown. */
export async function readMetrics(api: ApiClient, name: string, timeoutMs: number): Promise<MetricsResult> {
  try {
    const path = `/api/v1/nodes/${encodeURIComponent(name)}/proxy/metrics`;
    const body = await api.get(path, { timeoutMs, maxBytes: LARGEST_METRICS_BYTES });
    return { metrics: parseKubeletMetrics(new TextDecoder().decode(body)) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { problem: excerpt(error.message, 200), forbidden: error.status === FORBIDDEN };
  }
}
