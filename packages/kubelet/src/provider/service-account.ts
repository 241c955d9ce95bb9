/** The pod for which an image is pulled, and the source of its service account's tokens. */
import type { Secret } from "@imagecred/protocol";

/** The pod as the kubelet knows it; static pods have no service account. */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Empty when there is none. */
  readonly serviceAccountName: string;
}

/** A service account from the API server. */
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

/** The part of the API server that plugins with `tokenAttributes` need. Errors become part of the kubelet's text. */
export interface ServiceAccounts {
  get(namespace: string, name: string): Promise<ServiceAccount>;
  requestToken(request: TokenRequest): Promise<Secret>;
}

/** The service account of an entry's credentials, recorded so that other pods do not use them (KEP 2535). */
export interface ServiceAccountCoordinates {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}
