import { parseJson, receivedToken, type Secret, textAt } from "@imagecred/protocol";
import { requireTenant } from "../tenant.ts";
import { type EntraRequest, type EntraToken, scopeOf } from "./token.ts";

/** An application, with the token that proves it. */
export interface ClientAssertion {
  readonly clientId: string;
  readonly tenantId: string;
  /** A token of another issuer, which the application trusts. */
  readonly assertion: Secret;
}

/** `client_assertion_type` of RFC 7523 section 2.2. */
export const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/**
 * Requests a token from Entra ID with one POST: the client credentials grant with a federated credential
 * (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#third-case-access-token-request-with-a-federated-credential).
 * Not through @azure/identity, because it runs for every pod: the library loads half a megabyte for the same call.
 * @throws {CredentialError}
 */
export async function exchangeClientAssertion(
  { clientId, tenantId, assertion }: ClientAssertion,
  { cloud, options, context }: EntraRequest,
): Promise<EntraToken> {
  requireTenant(tenantId);
  const { userAgent } = options;
  const response = await context.http.cloud({
    service: "Microsoft Entra ID",
    operation: "token",
    method: "POST",
    url: `${cloud.loginEndpoint}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
      ...(userAgent === undefined ? {} : { "user-agent": userAgent }),
    },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      scope: scopeOf(options),
      client_assertion_type: JWT_BEARER,
      client_assertion: assertion.reveal(),
    }).toString(),
  });
  const token = response.status === 200 ? textAt(parseJson(response.body), "access_token") : undefined;
  const action = `asking Microsoft Entra ID for a token as application ${clientId} of tenant ${tenantId}`;
  if (token !== undefined) return { token: receivedToken(token, action, "access_token"), tenantId };
  // Loaded on failure only.
  const { tokenEndpointError } = await import("./entra-error.ts");
  throw tokenEndpointError(action, response, "Microsoft Entra ID", { clientId, assertion });
}
