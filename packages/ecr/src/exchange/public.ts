import { ECRPUBLICClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr-public";
import type { Context } from "@imagecred/protocol";
import type { EndpointOverrides } from "../options.ts";
import { PUBLIC_REGION, type PublicRegistry } from "../registry.ts";
import { type AwsCall, callAws } from "../sdk/call.ts";
import { clientSettings } from "../sdk/client-settings.ts";
import { endpointUrl } from "../sdk/endpoint.ts";
import { type RegistryCredential, readAuthorizationData } from "./authorization-data.ts";
import type { Caller } from "./private.ts";

const SERVICE = "Amazon ECR Public";
const OPERATION = "GetAuthorizationToken";

/**
 * Asks Amazon ECR Public for a password: pulls need none, but are throttled less with one.
 * @throws {CredentialError}
 */
export async function publicCredential(
  registry: PublicRegistry,
  caller: Promise<Caller>,
  { ecrPublic, fips, dualStack }: EndpointOverrides,
  context: Context,
): Promise<RegistryCredential> {
  const region = PUBLIC_REGION;
  const endpoint = {
    url: ecrPublic,
    fips: fips ?? false,
    dualStack: dualStack ?? (ecrPublic === undefined && registry.dualStack),
  };
  const credentials = async () => (await caller).identity;
  const client = new ECRPUBLICClient(
    clientSettings({ service: SERVICE, operation: OPERATION, region, endpoint, credentials }, context),
  );
  context.http.preconnect(endpointUrl(client.config.endpointProvider, SERVICE, region, endpoint));

  const call = caller.then(({ principal }) => callBy(principal, region));
  // Whoever could not be found is reported by the sending, which waits for it too: but only to sign.
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
