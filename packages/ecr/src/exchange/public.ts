import { type AwsCredentials, endpointSettings } from "@imagecred/identities/aws";
import {
  ANONYMOUS,
  type Context,
  CredentialError,
  type Found,
  type RegistryCredential,
  TransportError,
} from "@imagecred/protocol";
import type { EndpointOverrides } from "../options.ts";
import { PUBLIC_REGION, type PublicRegistry } from "../registry.ts";
import { ECR_PUBLIC, ecrPublicUrl } from "./endpoint.ts";
import { getAuthorizationToken } from "./get-authorization-token.ts";

/** A password is optional, so a pull does not wait long for it (milliseconds for each of two attempts). */
const LIMITS = { timeoutMs: 2_500, connectTimeoutMs: 2_000, attempts: 2 };

/** Expiry of a response without a password (milliseconds; the kubelet caches it for half of this). */
const WITHOUT_PASSWORD_MS = 10 * 60_000;

/**
 * Requests a password from Amazon ECR Public: pulls do not need one, but have higher limits with it. Its API is in us-east-1
 * only, and nodes in private networks often cannot reach it. Then the login is empty, so that the kubelet pulls
 * anonymously, and it may cache this for some minutes.
 * @throws {CredentialError} if the request is refused, or the node has no identity
 */
export async function exchangePublic(
  registry: PublicRegistry,
  found: Promise<Found<AwsCredentials>>,
  overrides: EndpointOverrides,
  context: Context,
): Promise<RegistryCredential> {
  const byHost = { fips: false, dualStack: registry.dualStack };
  const endpoint = endpointSettings(overrides.ecrPublic, overrides, byHost);
  const url = ecrPublicUrl(endpoint);
  context.http.preconnect(url);
  const api = {
    service: ECR_PUBLIC,
    region: PUBLIC_REGION,
    url,
    endpoint,
    signingName: "ecr-public",
    target: "SpencerFrontendService",
    permissions:
      "actions ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken (policy AmazonElasticContainerRegistryPublicReadOnly)",
    whenUnknown:
      "check the access key: ECR Public accepts only those of AWS's commercial partition (not China, GovCloud); pulls need no password, so you can remove public.ecr.aws from matchImages",
    limits: LIMITS,
  };
  const caller = await found;
  try {
    return await getAuthorizationToken(api, caller, context);
  } catch (error) {
    // Without a response, pull without a password; an error of the API is reported.
    if (!(error instanceof CredentialError && error.cause instanceof TransportError)) throw error;
    context.log.warn(`pulling from public.ecr.aws without a password: ${error.message}`);
    return { login: ANONYMOUS, expiresAt: context.clock.now() + WITHOUT_PASSWORD_MS };
  }
}
