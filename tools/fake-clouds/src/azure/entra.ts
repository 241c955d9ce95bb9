import { randomUUID } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import { formOf, json, type Received, type Reply, text } from "../core/exchange.ts";
import type { TlsService } from "../core/service.ts";
import { type AssertionParts, checkAssertion } from "./assertions.ts";
import { ADFS_HOST, CLOUDS, cloudOfLogin, names } from "./clouds.ts";
import type { App, Directory } from "./directory.ts";
import { EntraRefusal, entraErrorReply, refuse } from "./entra-errors.ts";

export interface EntraParts extends AssertionParts {
  readonly clock: Clock;
  readonly directory: Directory;
  /** Resources (audiences) that tokens are issued for. */
  readonly resources: readonly string[];
  /** Lifetime of applications' future access tokens, in seconds; Entra's own default varies around an hour. */
  readonly expiresIn: () => number;
}

const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Microsoft Entra ID of all clouds: the token endpoint with the client credentials grant, and its discovery documents. */
export function entraService(parts: EntraParts): TlsService {
  return {
    name: "azure.entra",
    about: "Microsoft Entra ID",
    example: "login.microsoftonline.com",
    hosts: (host) => cloudOfLogin(host) !== undefined,
    operation: ({ path }) => operations.find(([pattern]) => pattern.test(path))?.[1] ?? "Unknown",
    handle: (request) => answer(parts, request),
  };
}

const operations: readonly [RegExp, string][] = [
  [/\/oauth2\/(v2\.0\/)?token$/, "Token"],
  [/\/\.well-known\/openid-configuration$/, "OpenIdConfiguration"],
  [/\/discovery\/instance$/, "InstanceDiscovery"],
  [/\/discovery\/(v2\.0\/)?keys$/, "Keys"],
];

async function answer(parts: EntraParts, request: Received): Promise<Reply> {
  const [, tenant = "", rest = ""] = /^\/([^/]+)\/(.*)$/.exec(request.path) ?? [];
  switch (rest) {
    case "oauth2/v2.0/token":
    case "oauth2/token":
      return await tokenReply(parts, request, tenant);
    case "v2.0/.well-known/openid-configuration":
    case ".well-known/openid-configuration":
      return openIdConfiguration(parts, request, tenant);
    case "discovery/instance":
      return instanceDiscovery(request);
    case "discovery/v2.0/keys":
    case "discovery/keys":
      return json(200, await parts.directory.keys());
    default:
      return text(404, "");
  }
}

async function tokenReply(parts: EntraParts, request: Received, tenant: string): Promise<Reply> {
  const correlationId = request.headers["client-request-id"] ?? randomUUID();
  try {
    if (request.method !== "POST")
      refuse(
        400,
        "invalid_request",
        900561,
        "The endpoint only accepts POST requests. Received a GET request.",
      );
    const form = formOf(request);
    if (form === undefined)
      refuse(
        400,
        "invalid_request",
        900144,
        "The request body must contain the following parameter: 'grant_type'.",
      );
    const { app, resource } = await checkGrant(parts, request, tenant, form);
    const expiresIn = parts.expiresIn();
    const accessToken = await parts.directory.issueAccessToken({ app, resource, tenant, expiresIn });
    return json(
      200,
      { token_type: "Bearer", expires_in: expiresIn, ext_expires_in: expiresIn, access_token: accessToken },
      { "cache-control": "no-store, no-cache", "x-ms-request-id": randomUUID() },
    );
  } catch (error) {
    if (!(error instanceof EntraRefusal)) throw error;
    return entraErrorReply(error.problem, parts.clock(), correlationId);
  }
}

async function checkGrant(
  parts: EntraParts,
  request: Received,
  tenant: string,
  form: URLSearchParams,
): Promise<{ readonly app: App; readonly resource: string }> {
  if (
    parts.directory.cloudOf(tenant) !== cloudOfLogin(request.host) ||
    (tenant === "adfs") !== (request.host === ADFS_HOST)
  ) {
    refuse(
      400,
      "invalid_request",
      90002,
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    );
  }
  if (form.get("grant_type") !== "client_credentials")
    refuse(
      400,
      "unsupported_grant_type",
      70003,
      `The app requested an unsupported grant type '${form.get("grant_type") ?? ""}'.`,
    );
  const clientId = form.get("client_id") ?? "";
  const app = parts.directory.app(tenant, clientId);
  if (app === undefined && parts.directory.appAnywhere(clientId)?.multitenant === true)
    refuse(
      401,
      "invalid_client",
      7000229,
      `The client application ${clientId} is missing service principal in the tenant ${tenant}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119`,
    );
  if (app === undefined)
    refuse(
      400,
      "unauthorized_client",
      700016,
      `Application with identifier '${clientId}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
    );
  const resource = resourceOf(parts, form, tenant);
  const assertion = form.get("client_assertion");
  const secret = form.get("client_secret");
  if (assertion !== null) {
    if (form.get("client_assertion_type") !== JWT_BEARER)
      refuse(400, "invalid_request", 90013, "Invalid input received from the user: client_assertion_type.");
    await checkAssertion(parts, app, assertion, tokenEndpointsOf(request.host, tenant));
  } else if (secret !== null) {
    checkSecret(parts, app, secret);
  } else {
    refuse(
      401,
      "invalid_client",
      7000216,
      "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    );
  }
  return { app, resource };
}

/** v2.0 names the resource in `scope`, ending in `/.default`; AD FS also accepts that. */
function resourceOf({ resources, directory }: EntraParts, form: URLSearchParams, tenant: string): string {
  const scopes = (form.get("scope") ?? "").split(" ").filter((scope) => scope.includes("/"));
  const scope = scopes[0] ?? "";
  const resource = scope.replace(/\/\.default$/, "");
  if (scopes.length !== 1 || resource === scope)
    refuse(
      400,
      "invalid_scope",
      1002012,
      `The provided value for scope ${form.get("scope") ?? ""} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  if (!resources.includes(resource) && directory.resource(resource, tenant) === undefined)
    refuse(
      400,
      "invalid_resource",
      500011,
      `The resource principal named ${resource} was not found in the tenant named ${tenant}.`,
    );
  return resource;
}

function checkSecret({ clock }: EntraParts, app: App, secret: string): void {
  const known = app.secrets.find(({ value }) => value === secret);
  if (known === undefined)
    refuse(
      401,
      "invalid_client",
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${app.clientId}'.`,
    );
  if (known.endsAt !== undefined && known.endsAt <= clock())
    refuse(
      401,
      "invalid_client",
      7000222,
      `The provided client secret keys for app '${app.clientId}' are expired. Visit the Azure portal to create new keys for your app.`,
    );
}

/** Allowed `aud` values of a certificate assertion: the token endpoint that it is sent to. */
function tokenEndpointsOf(host: string, tenant: string): readonly string[] {
  if (tenant === "adfs") return [`https://${host}/adfs/oauth2/token`, `https://${host}/adfs`];
  return [
    `https://${host}/${tenant}/oauth2/v2.0/token`,
    `https://${host}/${tenant}/v2.0`,
    `https://${host}/${tenant}`,
  ];
}

function openIdConfiguration(
  { directory, clock }: EntraParts,
  { host, path }: Received,
  tenant: string,
): Reply {
  if (directory.cloudOf(tenant) !== cloudOfLogin(host)) {
    const problem = {
      status: 400,
      error: "invalid_tenant",
      code: 90002,
      message: `Tenant '${tenant}' not found.`,
    } as const;
    return entraErrorReply(problem, clock(), randomUUID());
  }
  const base = `https://${host}/${tenant}`;
  const version = tenant === "adfs" ? "" : "v2.0/";
  const issuer = directory.issuer(tenant, path.includes("/v2.0/") ? 2 : 1);
  return json(200, {
    token_endpoint: `${base}/oauth2/${version}token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${base}/discovery/${version}keys`,
    issuer,
    authorization_endpoint: `${base}/oauth2/${version}authorize`,
    end_session_endpoint: `${base}/oauth2/${version}logout`,
    response_types_supported: ["code", "id_token"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
  });
}

function instanceDiscovery({ host, query }: Received): Reply {
  const endpoint = /^https:\/\/([^/]+)\/([^/]+)\//.exec(query.get("authorization_endpoint") ?? "");
  const cloud = endpoint?.[1] === undefined ? undefined : cloudOfLogin(endpoint[1]);
  if (endpoint === null || cloud === undefined || cloud === "stack") {
    return json(400, {
      error: "invalid_instance",
      error_description: "AADSTS50049: Unknown or invalid instance.",
      error_codes: [50049],
    });
  }
  return json(200, {
    tenant_discovery_endpoint: `https://${endpoint[1]}/${endpoint[2]}/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: names()
      .filter((name) => name !== "stack")
      .map((name) => ({
        preferred_network: CLOUDS[name].login[0],
        preferred_cache: CLOUDS[name].login[0],
        aliases: CLOUDS[name].login,
      })),
    for: host,
  });
}
