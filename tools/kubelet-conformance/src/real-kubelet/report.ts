import type { Pull } from "./container-runtime.ts";
import type { LogEntry } from "./kubelet-log.ts";

/** Result of one step of the scenario. */
export interface Step {
  /** The first pull of each image, in the order of the images. */
  readonly pulls: readonly Pull[];
  /** Number of runs of each plugin by then (kubelet_credential_provider_plugin_duration_count). */
  readonly runs: Readonly<Record<string, number>>;
}

/** The scenario's record of a real kubelet; the tests check it. */
export interface Account {
  /** Every cloud rejects requests; the plugins fail. */
  readonly failing: Step;
  /** The clouds respond again: the same images. */
  readonly first: Step;
  /** Other images of the same registries (and, for Google, of others). */
  readonly cached: Step;
  /** The first images again, after the registries had begun to reject the first credentials. */
  readonly expired: Step;
  /** One pull of each stub's image. */
  readonly stubs: Readonly<Record<string, Pull>>;
  readonly log: readonly LogEntry[];
  readonly metrics: string;
  /** Kubelets that were started with a fault, by the fault. */
  readonly refused: Readonly<
    Record<string, { readonly exitCode: number | null; readonly log: readonly LogEntry[] }>
  >;
  /** Path and content of the CredentialProviderConfig. */
  readonly config: { readonly path: string; readonly content: string };
  /** Errors of the fake clouds themselves. */
  readonly defects: readonly string[];
  /** Credentials of the clouds that turned up in the kubelet's log, by kind. */
  readonly leaks: readonly string[];
}
