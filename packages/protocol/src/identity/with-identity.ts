import { CredentialError, type Failure } from "../errors.ts";
import type { Answer, Context } from "../provider.ts";
import type { Secret } from "../secret.ts";
import type { CredentialProviderRequest } from "../wire/request.ts";
import { type Found, findIdentity, type IdentitySource } from "./chain.ts";
import type { IdentityFallback, IdentityPolicy } from "./policy.ts";

/** Whose identities there are for a request, and which may be used. */
export interface IdentityChoice<Identity> {
  readonly request: CredentialProviderRequest;
  readonly policy: IdentityPolicy;
  /**
   * The operator mapped the image to a registry. The mapping was made for the node, so the image is always asked for with
   * the node's identity.
   */
  readonly mirrored: boolean;
  /** The identity of the pod whose token this is; `unavailable` when its service account names none. */
  pod(token: Secret): IdentitySource<Identity>;
  /** The node's identities, in order. */
  node(): readonly IdentitySource<Identity>[];
  /** What to do when there is no identity of a kind: an instruction. */
  readonly advice: { readonly pod: string; readonly node: string };
}

/** How long the kubelet may cache a credential of the node's that a pod got because its own identity was refused. */
const REFUSED_CACHE_SECONDS = 300;

/**
 * Gets a credential with the pod's identity or the node's, by the one rule of all plugins (see {@link IdentityPolicy}). The
 * rule is around the exchange too: a registry may refuse an identity that its cloud accepted.
 * @param exchange turns an identity into a response. It gets a promise, so that it can connect and load while the identity
 *   is still being found; it has to await it, as the identity's failure is the failure of the exchange.
 * @throws {CredentialError} of the identity or the exchange; when the node's identity failed after the pod's, of both
 */
export async function withIdentity<Identity>(
  choice: IdentityChoice<Identity>,
  { log }: Pick<Context, "log">,
  exchange: (found: Promise<Found<Identity>>, use: "pod" | "node") => Promise<Answer>,
): Promise<Answer> {
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
    log.info("identity-fallback", { from: "pod", to: "node", because: error.failure, reason: error.message });
    try {
      const answer = await asNode();
      // The kubelet's cache key has the service account's annotations in it, so a service account that names an identity
      // later is not affected by what is cached now. A refusal ends without the kubelet noticing.
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
 * The pod's token, where the pod's identity is to be used.
 * @returns undefined for the node's identity
 * @throws {CredentialError} when only the pod's may be used, and the kubelet sent no token
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

/** When the node's identity failed too, the message must not hide that the pod's was used first. */
function afterPod(pod: CredentialError, node: CredentialError): CredentialError {
  return node.with({
    action: `${pod.action}: ${pod.reason}; then with the node's identity, ${node.action}`,
  });
}
