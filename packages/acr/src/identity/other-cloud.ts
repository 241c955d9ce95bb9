import { federatedToken } from "@imagecred/identities/federated-token";
import { CredentialError, type Found, type Unavailable } from "@imagecred/protocol";
import { tokenAudienceOf } from "../clouds.ts";
import type { AcrNodeIdentity } from "../options/node-identity.ts";
import { exchangeClientAssertion } from "./client-assertion.ts";
import type { EntraRequest, EntraToken } from "./token.ts";

/**
 * The identity of a node that an application trusts: the node's token, of AWS, Google Cloud or a managed identity, proves
 * the application (https://learn.microsoft.com/entra/workload-id/workload-identity-federation). With a managed identity,
 * the application may be in another tenant
 * (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity).
 * @throws {CredentialError}
 */
export async function findByFederation(
  { identity: node, audience, clientId }: Extract<AcrNodeIdentity, { kind: "federated" }>,
  request: EntraRequest,
): Promise<Found<EntraToken> | Unavailable> {
  const { cloud, context } = request;
  const tenantId = tenantOf(request);
  const tokenAudience = audience ?? tokenAudienceOf(cloud);
  if (tokenAudience === undefined)
    throw needsSetting("--node-audience", "the audience of the federated credential");
  const found = await federatedToken(node, tokenAudience, context);
  if ("unavailable" in found) return found;
  const { identity: assertion, principal } = found;
  const identity = await exchangeClientAssertion({ clientId, tenantId, assertion }, request);
  return { identity, principal: `application ${clientId} of tenant ${tenantId} for the ${principal}` };
}

/** An application with a certificate of the node, such as the kubelet's. @throws {CredentialError} */
export async function findByCertificate(
  { files, clientId }: Extract<AcrNodeIdentity, { kind: "certificate" }>,
  request: EntraRequest,
): Promise<Found<EntraToken>> {
  const { certificate: path, privateKey, intermediates } = files;
  const others = [privateKey, intermediates].filter((each) => each !== undefined);
  const { findServicePrincipal } = await import("./service-principal.ts");
  const tenantId = tenantOf(request);
  return await findServicePrincipal(
    { kind: "certificate", clientId, tenantId, path, others, password: undefined, sendChain: true },
    request,
  );
}

function tenantOf({ options: { tenantId } }: EntraRequest): string {
  if (tenantId !== undefined) return tenantId;
  throw needsSetting("--tenant-id", "the tenant of the registry");
}

function needsSetting(flag: string, what: string): CredentialError {
  return new CredentialError({
    action: "using the identity of --node-identity",
    reason: `${what} is not known`,
    advice: `set ${flag}`,
    failure: "misconfigured",
  });
}
