import { requireAudience } from "@imagecred/identities/audience";
import {
  CredentialError,
  type CredentialProviderRequest,
  connectMeanwhile,
  type Found,
  type Secret,
  type Unavailable,
} from "@imagecred/protocol";
import { isServiceAccount } from "../service-account.ts";
import type { TokenRequest } from "../token-request.ts";
import type { AccessToken } from "./access-token.ts";
import { annotationIn, OPT_IN_ANNOTATION, PROVIDER_ANNOTATION } from "./annotations.ts";
import { generateAccessToken, iamCredentialsUrl, impersonate } from "./impersonation.ts";
import { exchangePodToken } from "./sts.ts";
import { type IdentityPool, poolOfProvider } from "./workload-identity.ts";

/** The identity that a pod gets. */
interface PodIdentity {
  readonly pool: IdentityPool;
  readonly serviceAccount: string | undefined;
}

/**
 * The pod's own access token: exchanges its service account token at Google STS; if an annotation has a Google service
 * account, impersonates it.
 * @throws {CredentialError}
 */
export async function podToken(
  token: Secret,
  request: TokenRequest,
): Promise<Found<AccessToken> | Unavailable> {
  const pod = identityOf(request.serviceAccountAnnotations, request.options.pool);
  if ("unavailable" in pod) return pod;
  const { pool, serviceAccount } = pod;
  requireAudience(token, "google", pool.tokenAudience);
  if (serviceAccount === undefined) {
    return { identity: await exchangePodToken(token, pool, request), principal: pool.audience };
  }
  const api = iamCredentialsUrl(request);
  const exchanged = exchangePodToken(token, pool, request);
  await connectMeanwhile(request.context.http, api, exchanged);
  const federated = await exchanged;
  const target = { url: api + generateAccessToken(serviceAccount), email: serviceAccount };
  return { identity: await impersonate(target, federated, request), principal: serviceAccount };
}

function identityOf(
  annotations: CredentialProviderRequest["serviceAccountAnnotations"],
  configured: IdentityPool | undefined,
): PodIdentity | Unavailable {
  const account = annotationIn(annotations, "account");
  if (account !== undefined && !isServiceAccount(account.value)) {
    throw annotationError(account.key, account.value, "a service account's email address");
  }
  const serviceAccount = account?.value;
  const provider = annotationIn(annotations, "provider");
  if (provider !== undefined) {
    const pool = poolOfProvider(provider.value);
    if (pool !== undefined) return { pool, serviceAccount };
    throw annotationError(
      provider.key,
      provider.value,
      "projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER",
    );
  }
  if (configured === undefined) {
    return {
      unavailable: `no --identity-provider, no --workload-identity-provider, no annotation ${PROVIDER_ANNOTATION}`,
    };
  }
  if (configured.kind === "gke" && annotations[OPT_IN_ANNOTATION] !== "true") {
    return {
      unavailable: `its service account has no annotation ${OPT_IN_ANNOTATION}: "true", or the kubelet does not pass it`,
    };
  }
  return { pool: configured, serviceAccount };
}

function annotationError(name: string, value: string, expected: string): CredentialError {
  return new CredentialError({
    action: `reading the annotation ${name} of the pod's service account`,
    reason: JSON.stringify(value.length > 120 ? `${value.slice(0, 120)}…` : value),
    advice: `expected ${expected}`,
    failure: "misconfigured",
  });
}
