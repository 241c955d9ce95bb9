import { type Clock, epochSeconds } from "../core/clock.ts";
import { json, type Received, type Reply } from "../core/exchange.ts";
import type { PlainService } from "../core/service.ts";
import type { App, Directory } from "./directory.ts";

/** A virtual machine's managed identity. */
export interface ManagedIdentity {
  readonly app: App;
  /** ARM id of a user-assigned identity; undefined for the system-assigned one. */
  readonly resourceId: string | undefined;
}

export interface VirtualMachine {
  /** Managed identities; at most one without a resource id. */
  identities: readonly ManagedIdentity[];
  /** Token lifetime in seconds: a day in the real IMDS. */
  expiresIn: number;
}

export interface ImdsParts {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly machine: VirtualMachine;
  readonly resources: readonly string[];
}

const TOKEN_PATH = "/metadata/identity/oauth2/token";

/**
 * The token endpoint of the virtual machine's metadata service
 * (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).
 */
export function imdsService(parts: ImdsParts): PlainService {
  return {
    name: "azure.imds",
    about: "Azure Instance Metadata Service",
    realAddress: "169.254.169.254:80",
    operation: ({ path }) => (path === TOKEN_PATH ? "Token" : "Unknown"),
    handle: async (request) => {
      const reply = await answer(parts, request);
      return { ...reply, headers: { ...reply.headers, server: "IMDS/150.870.65.1854" } };
    },
  };
}

async function answer(parts: ImdsParts, request: Received): Promise<Reply> {
  if (request.path !== TOKEN_PATH) return json(404, { error: "Not found" });
  if (request.method !== "GET") return refusal("invalid_request", "Method not allowed", 405);
  if (request.headers["metadata"]?.toLowerCase() !== "true")
    return refusal("invalid_request", "Required metadata header not specified");
  if (request.headers["x-forwarded-for"] !== undefined)
    return refusal("invalid_request", "X-Forwarded-For header is not allowed");
  if (request.query.get("api-version") === null)
    return json(400, {
      error:
        "Bad request. api-version was not specified in the request. For more information refer to aka.ms/azureimds",
      "newest-versions": ["2018-02-01"],
    });
  const resource = (request.query.get("resource") ?? "").replace(/\/$/, "");
  if (resource === "") return refusal("invalid_request", "Required query variable 'resource' is missing");
  const identity = identityOf(parts.machine.identities, request.query);
  if (typeof identity === "string") return refusal("invalid_request", identity);
  if (
    !parts.resources.includes(resource) &&
    parts.directory.resource(resource, identity.app.tenant) === undefined
  )
    return refusal(
      "invalid_resource",
      `AADSTS500011: The resource principal named ${resource} was not found in the tenant.`,
    );
  return await tokenReply(parts, identity, resource);
}

/** A managed identity's token in the response format of IMDS and the Arc agent. */
export async function tokenReply(
  parts: Pick<ImdsParts, "clock" | "directory" | "machine">,
  identity: ManagedIdentity,
  resource: string,
): Promise<Reply> {
  const { expiresIn } = parts.machine;
  const token = await parts.directory.issueAccessToken({ app: identity.app, resource, expiresIn });
  const now = epochSeconds(parts.clock());
  return json(200, {
    access_token: token,
    client_id: identity.app.clientId,
    expires_in: String(expiresIn),
    expires_on: String(now + expiresIn),
    ext_expires_in: String(expiresIn),
    not_before: String(now - 300),
    resource,
    token_type: "Bearer",
  });
}

/** The identity that the query names, or IMDS's error if it does not exist. */
export function identityOf(
  identities: readonly ManagedIdentity[],
  query: URLSearchParams,
): ManagedIdentity | string {
  const selectors: readonly [string, (identity: ManagedIdentity) => string | undefined][] = [
    ["client_id", ({ app }) => app.clientId],
    ["object_id", ({ app }) => app.objectId],
    ["msi_res_id", ({ resourceId }) => resourceId],
    ["mi_res_id", ({ resourceId }) => resourceId],
  ];
  const used = selectors.filter(([name]) => query.has(name));
  if (used.length > 1) return "More than one identity was specified";
  const [selector] = used;
  if (selector !== undefined) {
    const [name, of] = selector;
    const wanted = query.get(name)?.toLowerCase();
    return identities.find((identity) => of(identity)?.toLowerCase() === wanted) ?? "Identity not found";
  }
  const system = identities.find(({ resourceId }) => resourceId === undefined);
  if (system !== undefined) return system;
  const [only, second] = identities;
  if (only === undefined) return "Identity not found";
  return second === undefined
    ? only
    : "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request";
}

export function refusal(error: string, description: string, status = 400): Reply {
  return json(status, { error, error_description: description });
}
