import { CredentialError, type Failure } from "../errors.ts";
import type { Context, ProviderResponse } from "../provider.ts";
import type { Secret } from "../secret.ts";
import type { CredentialProviderRequest } from "../wire/request.ts";
import { type Found, findIdentity, type IdentitySource } from "./chain.ts";
import type { IdentityFallback, IdentityPolicy } from "./policy.ts";

/** The identities that exist for a request, and the policy that chooses between them. */
export interface IdentityChoice<Identity> {
  readonly request: CredentialProviderRequest;
  readonly policy: IdentityPolicy;
  /**
   * True if the operator mapped the image to another registry. Such a mapping is for the node, so the node's identity is
   * always used.
   */
  readonly mirrored: boolean;
  /** The identity of the token's pod; `unavailable` if its service account names no identity. */
  pod(token: Secret): IdentitySource<Identity>;
  /** The sources of the node's identity, in order. */
  node(): readonly IdentitySource<Identity>[];
  /** Advice if there is no identity of a kind: an instruction. */
  readonly advice: { readonly pod: string; readonly node: string };
}

/** How long the kubelet may cache the node's credential for a pod whose own identity was refused. */
const REFUSED_CACHE_SECONDS = 300;

/**
 * Gets a credential with the pod's identity or the node's, by the rule of all plugins (see {@link IdentityPolicy}). The
 * fallback also covers the exchange: a registry may refuse an identity that its cloud accepted.
 * @param exchange turns an identity into a response. It gets a promise, so that it can connect and load code while the
 *   identity is being found. It must await the promise: a failure of the identity is a failure of the exchange.
 * @throws {CredentialError} of the identity or the exchange; of both, if the node's identity failed after the pod's
 */
export async function withIdentity<Identity>(
  choice: IdentityChoice<Identity>,
  { log }: Pick<Context, "log">,
  exchange: (found: Promise<Found<Identity>>, use: "pod" | "node") => Promise<ProviderResponse>,
): Promise<ProviderResponse> {
  const { request, policy, advice } = choice;
  const { registry } = request.image;
  const asNode = () => exchange(findIdentity(choice.node(), registry, log, advice.node), "node");
  const token = tokenToUse(choice);
  if (token === undefined) return await asNode();
  try {
    const found = findIdentity([choice.pod(token)], registry, log, podAdvice(advice.pod, policy));
    return await exchange(found, "pod");
  } catch (error) {
    if (!(error instanceof CredentialError) || !FALLS_BACK[policy.fallback].includes(error.failure))
      throw error;
    log.info("identity-fallback", {
      from: "pod",
      to: "node",
      failure: error.failure,
      reason: error.message,
    });
    try {
      const answer = await asNode();
      // The kubelet's cache key contains the service account's annotations, so a service account that names an identity
      // later gets a new entry. But the kubelet does not notice when the cloud stops refusing an identity.
      return error.failure === "refused" ? { ...answer, maxCacheSeconds: REFUSED_CACHE_SECONDS } : answer;
    } catch (nodeError) {
      throw nodeError instanceof CredentialError ? afterPod(error, nodeError) : nodeError;
    }
  }
}

const FALLS_BACK: Readonly<Record<IdentityFallback, readonly (Failure | undefined)[]>> = {
  none: [],
  unassigned: ["unassigned"],
  node: ["unassigned", "refused"],
};

/**
 * The pod's token, if the pod's identity is used; undefined for the node's identity.
 * @throws {CredentialError} if only the pod's identity may be used and the kubelet sent no token
 */
function tokenToUse({ request, policy, mirrored }: IdentityChoice<unknown>): Secret | undefined {
  if (mirrored || policy.identity === "node") return undefined;
  const { serviceAccountToken: token } = request;
  if (token !== undefined || policy.identity === "auto" || policy.fallback !== "none") return token;
  throw new CredentialError({
    action: `using the pod's identity for ${request.image.registry} (--identity pod)`,
    reason: "the kubelet sent no service account token",
    advice:
      "set tokenAttributes for this provider in the CredentialProviderConfig (apiVersion v1), or use --identity auto",
    failure: "misconfigured",
  });
}

function podAdvice(advice: string, { fallback }: IdentityPolicy): string {
  if (fallback !== "none") return advice;
  return `${advice}; or give such pods the node's identity with --identity-fallback unassigned, or all pods with --identity node`;
}

/** The node's error, with the pod's error before it: the message must show that the pod's identity was used first. */
function afterPod(pod: CredentialError, node: CredentialError): CredentialError {
  return node.with({
    action: `${pod.action}: ${pod.reason}; then with the node's identity, ${node.action}`,
  });
}
