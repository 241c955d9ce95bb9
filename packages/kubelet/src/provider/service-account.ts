/** Which pod an image is pulled for, and where its service account's tokens come from. */
import type { Secret } from "@imagecred/protocol";

/** The pod as the kubelet knows it; static pods have no service account. */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Empty when there is none. */
  readonly serviceAccountName: string;
}

/** A service account as the API server has it. */
export interface ServiceAccount {
  readonly uid: string;
  readonly annotations: ReadonlyMap<string, string>;
}

/** authentication.k8s.io/v1 TokenRequest as the kubelet fills it: bound to the pod, with the default lifetime. */
export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccountName: string;
  /** Sent since 1.34, empty before. */
  readonly serviceAccountUid: string;
  readonly audiences: readonly string[];
  readonly podName: string;
  readonly podUid: string;
}

/** The API server, as far as plugins with `tokenAttributes` need it. Errors become part of the kubelet's text. */
export interface ServiceAccounts {
  get(namespace: string, name: string): Promise<ServiceAccount>;
  requestToken(request: TokenRequest): Promise<Secret>;
}

/** Whose credentials an entry holds; recorded so that other pods do not use it (KEP 2535). */
export interface ServiceAccountCoordinates {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}
