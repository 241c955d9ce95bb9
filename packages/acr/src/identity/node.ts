import {
  type Context,
  CredentialError,
  type Found,
  type IdentitySource,
  Secret,
  type Unavailable,
} from "@imagecred/protocol";
import type { AzureCloud } from "../clouds.ts";
import type { FederatedIdentity, NodeIdentityOrNot } from "../options/node-identities.ts";
import type { AcrOptions } from "../options.ts";
import { exchangeClientAssertion } from "./client-assertion.ts";
import { findManagedIdentity } from "./managed.ts";
import type { EntraToken } from "./token.ts";

const NAMES: Readonly<Record<NodeIdentityOrNot["kind"], string>> = {
  federated: "federated token file",
  certificate: "client certificate",
  secret: "client secret",
  managed: "managed identity",
};

/** The ways to be the node, in the configuration's order. */
export function nodeSources(
  options: AcrOptions,
  cloud: AzureCloud,
  context: Context,
): readonly IdentitySource<EntraToken>[] {
  return options.nodeIdentities.map((identity) => ({
    name: NAMES[identity.kind],
    find: () => find(identity, options, cloud, context),
  }));
}

async function find(
  identity: NodeIdentityOrNot,
  options: AcrOptions,
  cloud: AzureCloud,
  context: Context,
): Promise<Found<EntraToken> | Unavailable> {
  if ("unavailable" in identity) return identity;
  if (identity.kind === "managed") return await findManagedIdentity(identity, options.tenantId, context);
  if (identity.kind === "federated") return await findFederated(identity, options, cloud, context);
  // @azure/identity is most of this executable and rarely wanted: only these two load it.
  const { findServicePrincipal } = await import("./service-principal.ts");
  return await findServicePrincipal(identity, options.userAgent, cloud, context);
}

async function findFederated(
  { clientId, tenantId, tokenFile }: FederatedIdentity,
  { userAgent }: AcrOptions,
  cloud: AzureCloud,
  context: Context,
): Promise<Found<EntraToken>> {
  const text = (await context.files.readText(tokenFile, "federated token file")).trim();
  if (text === "") {
    throw new CredentialError({
      action: `reading the federated token file ${tokenFile}`,
      reason: "it is empty",
      advice: "check what writes it",
    });
  }
  const identity = await exchangeClientAssertion(
    { clientId, tenantId, assertion: new Secret(text) },
    cloud,
    userAgent,
    context,
  );
  return { identity, principal: `application ${clientId} of tenant ${tenantId}` };
}
