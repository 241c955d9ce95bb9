import { managedIdentityToken } from "@imagecred/identities/azure";
import {
  CredentialError,
  type Found,
  type IdentitySource,
  Secret,
  type Unavailable,
} from "@imagecred/protocol";
import type { FederatedIdentity, ManagedIdentity, NodeIdentityOrNot } from "../options/node-identities.ts";
import { configurationOf, type EntraRequest, type EntraToken } from "./token.ts";

const NAMES: Readonly<Record<NodeIdentityOrNot["kind"], string>> = {
  federated: "federated token file",
  certificate: "client certificate",
  secret: "client secret",
  managed: "managed identity",
};

/** The sources of the node's identity: `--node-identity`, else those of the configuration, in its order. */
export function nodeSources(request: EntraRequest): readonly IdentitySource<EntraToken>[] {
  const { node } = request.options;
  if (node.kind === "federated") {
    return [
      {
        name: `--node-identity ${node.identity.kind}`,
        async find() {
          const { findByFederation } = await import("./other-cloud.ts");
          return await findByFederation(node, request);
        },
      },
    ];
  }
  if (node.kind === "certificate") {
    return [
      {
        name: "--node-identity certificate",
        async find() {
          const { findByCertificate } = await import("./other-cloud.ts");
          return await findByCertificate(node, request);
        },
      },
    ];
  }
  return request.options.nodeIdentities.map((identity) => ({
    name: NAMES[identity.kind],
    find: () => find(identity, request),
  }));
}

async function find(
  identity: NodeIdentityOrNot,
  request: EntraRequest,
): Promise<Found<EntraToken> | Unavailable> {
  if ("unavailable" in identity) return identity;
  if (identity.kind === "managed") return await findManaged(identity, request);
  if (identity.kind === "federated") return await findFederated(identity, request);
  // @azure/identity is most of this executable and rarely used: only these two kinds load it.
  const { findServicePrincipal } = await import("./service-principal.ts");
  return await findServicePrincipal(identity, request);
}

async function findManaged(
  { id, setting }: ManagedIdentity,
  request: EntraRequest,
): Promise<Found<EntraToken>> {
  const { options, context } = request;
  const { identity: token, principal } = await managedIdentityToken({
    id,
    setting,
    resource: options.audience,
    configuration: configurationOf(request),
    context,
  });
  return { identity: { token, tenantId: options.tenantId }, principal };
}

async function findFederated(
  { clientId, tenantId, tokenFile }: FederatedIdentity,
  request: EntraRequest,
): Promise<Found<EntraToken>> {
  const text = (await request.context.files.readText(tokenFile, "federated token file")).trim();
  if (text === "") {
    throw new CredentialError({
      action: `reading the federated token file ${tokenFile}`,
      reason: "it is empty",
      advice: "check what writes it",
    });
  }
  const assertion = { clientId, tenantId, assertion: new Secret(text) };
  const { exchangeClientAssertion } = await import("./client-assertion.ts");
  const identity = await exchangeClientAssertion(assertion, request);
  return { identity, principal: `application ${clientId} of tenant ${tenantId}` };
}
