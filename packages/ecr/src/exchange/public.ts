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

/** A password is optional here, so a pull does not wait long for one (milliseconds for each of two attempts). */
const LIMITS = { timeoutMs: 2_500, connectTimeoutMs: 2_000, attempts: 2 };

/** How long the kubelet may pull without a password before it asks again (milliseconds; half of it is cached). */
const WITHOUT_PASSWORD_MS = 10 * 60_000;

/**
 * Asks Amazon ECR Public for a password: pulls need none, but are throttled less with one. Its API is in us-east-1 only,
 * and nodes of private networks often cannot reach it. Then the login is empty, with which the kubelet pulls
 * anonymously, and it may cache that for some minutes.
 * @throws {CredentialError} for a refusal, and when the node has no identity
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
      "check the access key: ECR Public knows those of AWS's commercial partition only (not China, GovCloud); pulls need no password, so public.ecr.aws may be left out of matchImages",
    limits: LIMITS,
  };
  const caller = await found;
  try {
    return await getAuthorizationToken(api, caller, context);
  } catch (error) {
    // The API's own word stands; where nothing answered, the pull goes on without a password.
    if (!(error instanceof CredentialError && error.cause instanceof TransportError)) throw error;
    context.log.warn(`pulling from public.ecr.aws without a password: ${error.message}`);
    return { login: ANONYMOUS, expiresAt: context.clock.now() + WITHOUT_PASSWORD_MS };
  }
}
