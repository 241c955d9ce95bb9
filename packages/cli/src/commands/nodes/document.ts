import type { PluginMetrics } from "../../cluster/kubelet-metrics.ts";

export interface NodesDocument {
  readonly kind: "Nodes";
  readonly server: string;
  /** Context of the kubeconfig; null with a pod's service account. */
  readonly context: string | null;
  /** The hash that nodes are compared with; null if no hash is known. */
  readonly expectedHash: string | null;
  /** Its source: the file of --config, or what most nodes run. */
  readonly expectedFrom: "config" | "most-nodes" | null;
  readonly config: string | null;
  /** Sorted by name. */
  readonly nodes: readonly NodeReport[];
  readonly notes: readonly string[];
}

/**
 * `current`: it runs the expected configuration; `different`: another one; `none`: no plugins; `unknown`: not known, and
 * `problem` says why.
 */
export type NodeState = "current" | "different" | "none" | "unknown";

export interface NodeReport {
  readonly name: string;
  readonly kubeletVersion: string;
  /** Whether the node's condition Ready is True. */
  readonly ready: boolean;
  readonly state: NodeState;
  readonly hash: string | null;
  /** When its kubelet started: RFC 3339. */
  readonly kubeletStarted: string | null;
  readonly plugins: readonly PluginMetrics[];
  readonly problem: string | null;
}
