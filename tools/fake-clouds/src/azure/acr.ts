import { randomUUID } from "node:crypto";
import { basicOf, formOf, json, type Received, type Reply } from "../core/exchange.ts";
import type { ImageSource } from "../core/images.ts";
import { TokenProblem } from "../core/jwt.ts";
import { answerRegistry, registryOperation, repositoryOf } from "../core/registry.ts";
import type { TlsService } from "../core/service.ts";
import type { Holder, RegistryScope, RegistryTokens } from "./acr-tokens.ts";
import { type AzureCloud, CLOUDS, REGISTRY_RESOURCE } from "./clouds.ts";
import type { Directory } from "./directory.ts";

export interface RegistryOptions {
  readonly name: string;
  readonly cloud?: AzureCloud;
  /** Tenant whose identities can sign in. */
  readonly tenant: string;
  /** Regions with an endpoint of their own: `<name>.<region>.geo.azurecr.io`. */
  readonly regions?: readonly string[];
  /** Client ids with a role on the registry, which the exchange requires; default: all in the tenant. */
  readonly pullers?: readonly string[];
  /** A registry with ABAC: the repositories that each client id can pull. Others have no role. */
  readonly repositoryReaders?: Readonly<Record<string, readonly string[]>>;
  /** Whether pulls without a credential are allowed too. */
  readonly anonymousPull?: boolean;
  readonly repositories?: readonly string[];
  /** Lifetime of refresh tokens in seconds. Default three hours, as in ACR. */
  readonly refreshTokenSeconds?: number;
}

export interface AcrParts {
  readonly directory: Directory;
  readonly tokens: RegistryTokens;
  /** By host; more can be added while it runs. */
  readonly registries: ReadonlyMap<string, RegistryOptions>;
  readonly images: ImageSource;
}

/** The hosts of a registry: its login server, and one per region. */
export function hostsOf({ name, cloud = "public", regions = [] }: RegistryOptions): readonly string[] {
  const suffix = CLOUDS[cloud].registrySuffix;
  return [`${name}.${suffix}`, ...regions.map((region) => `${name}.${region}.geo.${suffix}`)];
}

const OPERATIONS: Readonly<Record<string, string>> = {
  "/oauth2/exchange": "Exchange",
  "/oauth2/token": "Token",
};

/**
 * Azure Container Registry: the exchange of an Entra token for a refresh token, the token endpoint, and the registry's
 * own API (https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md, https://azure.github.io/acr/AAD-OAuth.html).
 */
export function acrService(parts: AcrParts): TlsService {
  return {
    name: "azure.acr",
    about: "Azure Container Registry",
    example: "myreg.azurecr.io",
    hosts: (host) => parts.registries.has(host),
    operation: (request) => OPERATIONS[request.path] ?? registryOperation(request),
    async handle(request) {
      const registry = parts.registries.get(request.host);
      if (registry === undefined) throw new Error(`no registry at ${request.host}`);
      const reply = await answer(parts, registry, request);
      return { ...reply, headers: { ...reply.headers, "x-ms-correlation-request-id": randomUUID() } };
    },
  };
}

async function answer(parts: AcrParts, registry: RegistryOptions, request: Received): Promise<Reply> {
  if (request.path === "/oauth2/exchange") return await exchange(parts, registry, request);
  if (request.path === "/oauth2/token") return await token(parts, registry, request);
  return await answerRegistry(request, {
    challenge: ({ host }) => challenge(request, host),
    basic: async (username, password) =>
      (await holderOfLogin(parts, request.host, { username, password })) !== undefined,
    bearer: async (bearer) => mayRead(request, await parts.tokens.accessOf(bearer, request.host)),
    repositories: registry.repositories ?? ["app", "team/app"],
    images: parts.images,
  });
}

const REFRESH_TOKEN_USER = "00000000-0000-0000-0000-000000000000";

/**
 * Client id of a login's application. A login is a refresh token of this registry, or an application's id and secret
 * (https://learn.microsoft.com/azure/container-registry/container-registry-auth-service-principal). Undefined if
 * the registry rejects it. An application of another tenant needs its own role.
 */
export async function holderOfLogin(
  { directory, tokens, registries }: Pick<AcrParts, "directory" | "tokens" | "registries">,
  host: string,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<Holder | undefined> {
  if (username === REFRESH_TOKEN_USER) return await tokens.holderOf(password, host);
  const registry = registries.get(host);
  const app = directory.appAnywhere(username);
  if (registry === undefined || app?.secrets.some(({ value }) => value === password) !== true)
    return undefined;
  const here =
    app.tenant === registry.tenant
      ? hasRole(registry, app.clientId)
      : registry.pullers?.includes(app.clientId);
  return here === true ? app.clientId : undefined;
}

async function exchange(
  { directory, tokens }: AcrParts,
  registry: RegistryOptions,
  request: Received,
): Promise<Reply> {
  if (request.method !== "POST") return failure(405, "UNSUPPORTED", "The operation is unsupported.");
  const form = formOf(request);
  const grant = form?.get("grant_type");
  if (form === undefined || (grant !== "access_token" && grant !== "access_token_refresh_token"))
    return failure(400, "BAD_REQUEST", "invalid grant_type");
  if (form.get("service") !== request.host) return failure(400, "BAD_REQUEST", "invalid service");
  const claims = await directory.verifyAccessToken(form.get("access_token") ?? "", REGISTRY_RESOURCE);
  if (claims instanceof TokenProblem) return unauthorized();
  const tenant = claims["tid"];
  if (tenant !== registry.tenant || tenant !== form.get("tenant")) return unauthorized();
  // Without a role on the registry, the exchange itself fails (seen on AKS, October 2026).
  if (!hasRole(registry, String(claims["appid"]))) return unauthorized();
  const refresh = await tokens.refreshToken(
    request.host,
    String(claims["appid"]),
    registry.tenant,
    registry.refreshTokenSeconds ?? 3 * 3600,
  );
  return json(200, { refresh_token: refresh });
}

/** https://distribution.github.io/distribution/spec/auth/oauth/ (POST) and .../auth/token/ (GET). */
async function token(parts: AcrParts, registry: RegistryOptions, request: Received): Promise<Reply> {
  const { tokens } = parts;
  const parameters = request.method === "POST" ? formOf(request) : request.query;
  if (parameters?.get("service") !== request.host) return failure(400, "BAD_REQUEST", "invalid service");
  const basic = basicOf(request.headers["authorization"]);
  const refresh = request.method === "POST" ? parameters.get("refresh_token") : null;
  const login = refresh === null ? basic : { username: REFRESH_TOKEN_USER, password: refresh };
  const holder = login === undefined ? "anonymous" : await holderOfLogin(parts, request.host, login);
  if (holder === undefined) return unauthorized();
  const scopes = parameters
    .getAll("scope")
    .flatMap((scope) => scope.split(" "))
    .map(scopeOf);
  if (!scopes.every((scope) => scope !== undefined && permitted(registry, holder, scope)))
    return unauthorized();
  return json(200, {
    access_token: await tokens.accessToken(request.host, holder, scopes as RegistryScope[]),
  });
}

function scopeOf(text: string): RegistryScope | undefined {
  const [type, repository, actions] = text.split(":");
  if (type !== "repository" || repository === undefined || actions === undefined) return undefined;
  return { repository, actions: actions.split(",") };
}

function hasRole({ pullers, repositoryReaders }: RegistryOptions, clientId: string): boolean {
  if (repositoryReaders !== undefined) return Object.hasOwn(repositoryReaders, clientId);
  return pullers === undefined || pullers.includes(clientId);
}

function permitted(
  registry: RegistryOptions,
  holder: Holder,
  { actions, repository }: RegistryScope,
): boolean {
  if (!actions.every((action) => action === "pull")) return false;
  if (holder === "anonymous") return registry.anonymousPull === true;
  if (!hasRole(registry, holder)) return false;
  return registry.repositoryReaders?.[holder]?.includes(repository) ?? true;
}

function mayRead(request: Received, access: readonly RegistryScope[] | undefined): boolean {
  if (access === undefined) return false;
  const repository = repositoryOf(request);
  return (
    repository === undefined ||
    access.some((scope) => scope.repository === repository && scope.actions.includes("pull"))
  );
}

function challenge(request: Received, host: string): string {
  const repository = repositoryOf(request);
  const scope = repository === undefined ? "" : `,scope="repository:${repository}:pull"`;
  return `Bearer realm="https://${host}/oauth2/token",service="${host}"${scope}`;
}

function unauthorized(): Reply {
  return failure(
    401,
    "UNAUTHORIZED",
    "authentication required, visit https://aka.ms/acr/authorization for more information.",
  );
}

function failure(status: number, code: string, message: string): Reply {
  return json(status, { errors: [{ code, message, detail: null }] });
}
