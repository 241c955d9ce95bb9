import { type AwsCredentials, endpointSettings } from "@imagecred/identities/aws";
import type { Context, Found, RegistryCredential } from "@imagecred/protocol";
import type { EndpointOverrides } from "../options.ts";
import type { PrivateRegistry } from "../registry.ts";
import { ECR, ecrUrl } from "./endpoint.ts";
import { getAuthorizationToken } from "./get-authorization-token.ts";

/**
 * Requests a private registry's password from Amazon ECR. The connection is opened while the identity is being found.
 * @throws {CredentialError}
 */
export async function exchangePrivate(
  registry: PrivateRegistry,
  found: Promise<Found<AwsCredentials>>,
  overrides: EndpointOverrides,
  context: Context,
): Promise<RegistryCredential> {
  const endpoint = endpointSettings(overrides.ecr, overrides, registry);
  const url = ecrUrl(registry, endpoint);
  context.http.preconnect(url);
  const api = {
    service: ECR,
    region: registry.region,
    url,
    endpoint,
    signingName: "ecr",
    target: "AmazonEC2ContainerRegistry_V20150921",
    permissions: "action ecr:GetAuthorizationToken on resource * (policy AmazonEC2ContainerRegistryPullOnly)",
  };
  return await getAuthorizationToken(api, await found, context);
}
