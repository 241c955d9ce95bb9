import type { Cluster } from "../core/cluster.ts";
import { formOf, json, type Received, type Reply } from "../core/exchange.ts";
import { TokenProblem } from "../core/jwt.ts";
import type { TlsService } from "../core/service.ts";
import { REGISTRY_RESOURCE } from "./clouds.ts";
import type { Directory } from "./directory.ts";

/** Audience of the service account tokens that AKS identity bindings accept. */
export const IDENTITY_BINDING_AUDIENCE = "api://AKSIdentityBinding";

export interface IdentityBinding {
  /** Client id of the managed identity. */
  readonly clientId: string;
  /** Service accounts that can use it, `system:serviceaccount:NAMESPACE:NAME`. */
  readonly subject: string;
}

export interface IdentityBindingParts {
  /** Server name in the TLS handshake and in Host. */
  readonly serverName: string;
  readonly cluster: Cluster;
  readonly directory: Directory;
  readonly bindings: readonly IdentityBinding[];
}

/**
 * The token endpoint that AKS puts before the API server for identity bindings: it has the API server's address,
 * but its own name and a certificate of the cluster's CA (the client is pkg/credentialprovider of cloud-provider-azure).
 */
export function identityBindingService(parts: IdentityBindingParts): TlsService {
  return {
    name: "azure.identity-bindings",
    about: "AKS identity bindings token endpoint",
    example: parts.serverName,
    hosts: (host) => host === parts.serverName,
    operation: ({ path }) => (path === "/" ? "Token" : "Unknown"),
    handle: (request) => answer(parts, request),
  };
}

async function answer(parts: IdentityBindingParts, request: Received): Promise<Reply> {
  const form = formOf(request);
  if (request.method !== "POST" || request.path !== "/" || form === undefined)
    return json(404, { error: "not_found" });
  if (form.get("grant_type") !== "client_credentials") return json(400, { error: "unsupported_grant_type" });
  if (form.get("client_assertion_type") !== "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
    return json(400, { error: "invalid_request", error_description: "client_assertion_type" });
  const scope = form.get("scope");
  if (scope !== `${REGISTRY_RESOURCE}/.default`) return json(400, { error: "invalid_scope" });
  const claims = await parts.cluster.verify(form.get("client_assertion") ?? "", [IDENTITY_BINDING_AUDIENCE]);
  if (claims instanceof TokenProblem)
    return json(401, {
      error: "invalid_client",
      error_description: `service account token: ${claims.reason}`,
    });
  const clientId = form.get("client_id") ?? "";
  const bound = parts.bindings.some((each) => each.clientId === clientId && each.subject === claims.sub);
  const app = parts.directory.appAnywhere(clientId);
  if (!bound || app === undefined)
    return json(403, {
      error: "unauthorized_client",
      error_description: `no identity binding of ${clientId} for ${claims.sub}`,
    });
  const token = await parts.directory.issueAccessToken({ app, resource: REGISTRY_RESOURCE, expiresIn: 3600 });
  return json(200, { access_token: token, expires_in: 3600, token_type: "Bearer" });
}
