import { ECRPUBLICClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr-public";
import type { Context, Found, RegistryCredential } from "@imagecred/protocol";
import type { AwsCredentials } from "../aws-credentials.ts";
import type { EndpointOverrides } from "../options.ts";
import { PUBLIC_REGION, type PublicRegistry } from "../registry.ts";
import { type AwsCall, callAws } from "../sdk/call.ts";
import { clientSettings } from "../sdk/client-settings.ts";
import { endpointUrl } from "../sdk/endpoint.ts";
import { readAuthorizationData } from "./authorization-data.ts";

const SERVICE = "Amazon ECR Public";
const OPERATION = "GetAuthorizationToken";

/**
 * Asks Amazon ECR Public for a password: pulls need none, but are throttled less with one.
 * @throws {CredentialError}
 */
export async function exchangePublic(
  registry: PublicRegistry,
  found: Promise<Found<AwsCredentials>>,
  { ecrPublic, fips, dualStack }: EndpointOverrides,
  context: Context,
): Promise<RegistryCredential> {
  const region = PUBLIC_REGION;
  const endpoint = {
    url: ecrPublic,
    fips: fips ?? false,
    dualStack: dualStack ?? (ecrPublic === undefined && registry.dualStack),
  };
  const credentials = async () => (await found).identity;
  const client = new ECRPUBLICClient(
    clientSettings({ service: SERVICE, operation: OPERATION, region, endpoint, credentials }, context),
  );
  context.http.preconnect(endpointUrl(client.config.endpointProvider, SERVICE, region, endpoint));

  const call = found.then(({ principal }) => callBy(principal, region));
  // `send` awaits the same identity in order to sign and reports the error; this handler only prevents an unhandled rejection.
  call.catch(() => {});
  const { authorizationData } = await callAws(() => client.send(new GetAuthorizationTokenCommand({})), call);
  return readAuthorizationData(authorizationData, await call);
}

function callBy(principal: string, region: string): AwsCall {
  return {
    service: SERVICE,
    operation: OPERATION,
    region,
    principal,
    whenDenied: `allow ${principal} the actions ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken (policy AmazonElasticContainerRegistryPublicReadOnly)`,
  };
}
