import { CredentialError, OptionsError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { CredentialProviderRequest } from "../wire/request.ts";

/** `--identity` and `--identity-fallback`, the same in every plugin. */
export interface IdentityPolicy {
  /** auto: the pod's when the request carries a service account token, else the node's. */
  readonly identity: "auto" | "pod" | "node";
  /** `node`: when the pod's identity gives no credential, the node's may. Without it a pod never gets the node's. */
  readonly fallback: "none" | "node";
}

/** @throws {OptionsError} for other words */
export function parseIdentityPolicy(
  identity: string | undefined,
  fallback: string | undefined,
): IdentityPolicy {
  if (identity !== undefined && identity !== "auto" && identity !== "pod" && identity !== "node") {
    throw new OptionsError(`--identity is ${JSON.stringify(identity)}, expected auto, pod or node`);
  }
  if (fallback !== undefined && fallback !== "none" && fallback !== "node") {
    throw new OptionsError(`--identity-fallback is ${JSON.stringify(fallback)}, expected none or node`);
  }
  return { identity: identity ?? "auto", fallback: fallback ?? "none" };
}

/** Whose identities may be asked for this request, in order. */
export type IdentityPlan =
  | { readonly use: "node" }
  | { readonly use: "pod"; readonly token: Secret; readonly fallbackToNode: boolean };

/** @throws {CredentialError} when only the pod's identity may be used and the kubelet sent no token */
export function planIdentity(request: CredentialProviderRequest, policy: IdentityPolicy): IdentityPlan {
  const token = request.serviceAccountToken;
  if (policy.identity === "node" || (policy.identity === "auto" && token === undefined))
    return { use: "node" };
  const fallbackToNode = policy.fallback === "node";
  if (token !== undefined) return { use: "pod", token, fallbackToNode };
  if (fallbackToNode) return { use: "node" };
  throw new CredentialError({
    action: `using the pod's identity for ${request.image.registry} (--identity pod)`,
    reason: "the kubelet sent no service account token",
    advice:
      "set tokenAttributes for this provider in the CredentialProviderConfig (apiVersion v1), or use --identity auto",
  });
}
