import {
  CredentialError,
  type CredentialProviderRequest,
  type IdentitySource,
  parseJson,
  receivedToken,
  type Secret,
  textAt,
} from "@imagecred/protocol";
import type { IdentityBindings } from "../options/arguments.ts";
import { JWT_BEARER } from "./client-assertion.ts";
import { notAnnotated, podApplicationOf } from "./pod.ts";
import { type EntraRequest, type EntraToken, scopeOf } from "./token.ts";

const SERVICE = "the AKS identity bindings endpoint";

/**
 * The pod's identity through an AKS identity binding: an endpoint at the API server's address, with its own name and a
 * certificate of the cluster's CA, exchanges the service account token (pkg/credentialprovider of cloud-provider-azure,
 * identity_bindings_credentials.go). It is in the node's own cluster, so no proxy is used.
 */
export function identityBindingSource(
  token: Secret,
  annotations: CredentialProviderRequest["serviceAccountAnnotations"],
  bindings: IdentityBindings,
  request: EntraRequest,
): IdentitySource<EntraToken> {
  return {
    name: "AKS identity binding",
    async find() {
      const application = podApplicationOf(annotations);
      const clientId = application.clientId ?? request.options.clientId ?? bindings.defaultClientId;
      if (clientId === undefined)
        return {
          unavailable: `${notAnnotated().unavailable}; no --ib-default-client-id`,
        };
      const accessToken = await askEndpoint(token, clientId, bindings, request);
      const tenantId = application.tenantId ?? bindings.defaultTenantId;
      return { identity: { token: accessToken, tenantId }, principal: `identity ${clientId}` };
    },
  };
}

async function askEndpoint(
  token: Secret,
  clientId: string,
  bindings: IdentityBindings,
  { options, context }: EntraRequest,
): Promise<Secret> {
  const ca = await context.files.readText(bindings.caFile, "cluster's CA certificate");
  const action = `asking ${SERVICE} (${bindings.serverName} at ${bindings.apiServer}) for a token as ${clientId}`;
  if (!ca.includes("-----BEGIN CERTIFICATE-----")) {
    throw new CredentialError({ action, reason: `${bindings.caFile} has no PEM certificate` });
  }
  const response = await context.http.cloud({
    service: SERVICE,
    operation: "token",
    method: "POST",
    url: bindings.url,
    tls: { ca, serverName: bindings.serverName, connectTo: bindings.apiServer },
    direct: true,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_assertion_type: JWT_BEARER,
      scope: scopeOf(options),
      client_assertion: token.reveal(),
      client_id: clientId,
    }).toString(),
  });
  const accessToken = response.status === 200 ? textAt(parseJson(response.body), "access_token") : undefined;
  if (accessToken !== undefined) return receivedToken(accessToken, action, "access_token");
  const { tokenEndpointError } = await import("./entra-error.ts");
  throw tokenEndpointError(action, response, SERVICE);
}
