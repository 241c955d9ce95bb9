import { ECRPUBLICClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr-public";
import { type AwsCredentials, endpointReason } from "@imagecred/identities/aws";
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
import { callAws } from "../sdk/call.ts";
import { clientSettings } from "../sdk/client-settings.ts";
import { endpointUrl } from "../sdk/endpoint.ts";
import { callBy, OPERATION, readAuthorizationData } from "./authorization-data.ts";

const SERVICE = "Amazon ECR Public";
const PERMISSIONS =
  "actions ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken (policy AmazonElasticContainerRegistryPublicReadOnly)";
const OTHER_PARTITION =
  "check the access key: ECR Public knows those of AWS's commercial partition only (not China, GovCloud); pulls need no password, so public.ecr.aws may be left out of matchImages";

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
  { ecrPublic, fips, dualStack }: EndpointOverrides,
  context: Context,
): Promise<RegistryCredential> {
  const region = PUBLIC_REGION;
  const wanted = {
    fips: fips ?? false,
    dualStack: dualStack ?? (ecrPublic === undefined && registry.dualStack),
  };
  const because = endpointReason({ fips, dualStack }, wanted);
  const endpoint = { url: ecrPublic, ...wanted, ...(because === undefined ? {} : { because }) };
  const credentials = async () => (await found).identity;
  const client = new ECRPUBLICClient(
    clientSettings(
      { service: SERVICE, operation: OPERATION, region, endpoint, credentials, limits: LIMITS },
      context,
    ),
  );
  context.http.preconnect(endpointUrl(client.config.endpointProvider, SERVICE, region, endpoint));

  const call = callBy(found, {
    service: SERVICE,
    region,
    permissions: PERMISSIONS,
    whenUnknown: OTHER_PARTITION,
  });
  try {
    const { authorizationData } = await callAws(
      () => client.send(new GetAuthorizationTokenCommand({})),
      call,
    );
    return readAuthorizationData(authorizationData, await call);
  } catch (error) {
    // Not the identity's failure, and not the API's own word: nothing answered.
    const known = await call.then(
      () => true,
      () => false,
    );
    if (!known || !(error instanceof CredentialError && error.cause instanceof TransportError)) throw error;
    context.log.warn(`pulling from public.ecr.aws without a password: ${error.message}`);
    return { login: ANONYMOUS, expiresAt: context.clock.now() + WITHOUT_PASSWORD_MS };
  }
}
