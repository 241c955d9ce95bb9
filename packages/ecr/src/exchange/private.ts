import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { type AwsCredentials, type EndpointSettings, endpointReason } from "@imagecred/identities/aws";
import type { Context, Found, RegistryCredential } from "@imagecred/protocol";
import type { EndpointOverrides } from "../options.ts";
import type { PrivateRegistry } from "../registry.ts";
import { callAws } from "../sdk/call.ts";
import { clientSettings, signLast } from "../sdk/client-settings.ts";
import { endpointUrl, endpointUrlOfNewRegion } from "../sdk/endpoint.ts";
import { callBy, OPERATION, readAuthorizationData } from "./authorization-data.ts";

const SERVICE = "Amazon ECR";

/**
 * Asks Amazon ECR for the password of a private registry. The connection opens while the identity is still being found.
 * @throws {CredentialError}
 */
export async function exchangePrivate(
  registry: PrivateRegistry,
  found: Promise<Found<AwsCredentials>>,
  overrides: EndpointOverrides,
  context: Context,
): Promise<RegistryCredential> {
  const { region } = registry;
  const wanted = endpointFor(registry, overrides);
  const clientFor = (endpoint: EndpointSettings) =>
    new ECRClient(
      clientSettings(
        {
          service: SERVICE,
          operation: OPERATION,
          region,
          endpoint,
          credentials: async () => (await found).identity,
        },
        context,
      ),
    );
  let client = clientFor(wanted);
  const rules = client.config.endpointProvider;
  const ofNewRegion = endpointUrlOfNewRegion(rules, SERVICE, region, registry.partition, wanted);
  if (ofNewRegion !== undefined)
    client = clientFor({ ...wanted, url: ofNewRegion, fips: false, dualStack: false });
  context.http.preconnect(ofNewRegion ?? endpointUrl(rules, SERVICE, region, wanted));
  signLast(client.config);

  const permissions =
    "action ecr:GetAuthorizationToken on resource * (policy AmazonEC2ContainerRegistryPullOnly)";
  const call = callBy(found, { service: SERVICE, region, permissions });
  const { authorizationData } = await callAws(() => client.send(new GetAuthorizationTokenCommand({})), call);
  return readAuthorizationData(authorizationData?.[0], await call);
}

/** The registry host's own form chooses, unless the operator did. A configured endpoint is taken as it is. */
function endpointFor(
  registry: PrivateRegistry,
  { ecr, fips, dualStack }: EndpointOverrides,
): EndpointSettings {
  const byHost = ecr === undefined;
  const wanted = {
    fips: fips ?? (byHost && registry.fips),
    dualStack: dualStack ?? (byHost && registry.dualStack),
  };
  const because = endpointReason({ fips, dualStack }, wanted);
  return { url: ecr, ...wanted, ...(because === undefined ? {} : { because }) };
}
