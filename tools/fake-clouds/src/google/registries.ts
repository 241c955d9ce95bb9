import type { Core } from "../core/core.ts";
import { basicOf, json, type Received, type Reply } from "../core/exchange.ts";
import { answerRegistry, registryOperation } from "../core/registry.ts";
import type { TlsService } from "../core/service.ts";
import type { Accounts } from "./accounts.ts";
import type { Grant, Tokens } from "./tokens.ts";
import { PUBLIC, universeOfRegistry } from "./universes.ts";

export interface RegistryParts {
  readonly core: Core;
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly repositories: readonly string[];
}

/** User names that accept an access token as the password. */
const USERS = new Set(["_token", "oauth2accesstoken"]);
const READING_SCOPE = /^https:\/\/www\.googleapis\.com\/auth\/(?:cloud-platform|devstorage\.)/;

/** gcr.io and Artifact Registry (https://cloud.google.com/artifact-registry/docs/docker/authentication), in every universe. */
export function registryService(parts: RegistryParts): TlsService {
  return {
    name: "google.registry",
    about: "gcr.io and Artifact Registry",
    example: "us-central1-docker.pkg.dev",
    hosts: (host) => universeOfRegistry(host) !== undefined,
    operation: (request) => (request.path === "/v2/token" ? "Token" : registryOperation(request)),
    handle: (request) => answer(parts, request),
  };
}

async function answer(parts: RegistryParts, request: Received): Promise<Reply> {
  if (request.path === "/v2/token") return await registryToken(parts, request);
  return await answerRegistry(request, {
    challenge: ({ host }) => `Bearer realm="https://${host}/v2/token",service="${host}"`,
    basic: async (username, password) =>
      USERS.has(username) && (await grantFor(parts, password, request)) !== undefined,
    bearer: async (token) => (await grantFor(parts, token, request)) !== undefined,
    repositories: parts.repositories,
    images: parts.core.images,
  });
}

/** The Docker token endpoint: its token has the rights of the access token, as in the real one. */
async function registryToken(parts: RegistryParts, request: Received): Promise<Reply> {
  const basic = basicOf(request.headers["authorization"]);
  const good =
    basic !== undefined &&
    USERS.has(basic.username) &&
    (await grantFor(parts, basic.password, request)) !== undefined;
  if (!good) return json(401, { errors: [{ code: "UNAUTHORIZED", message: "authentication failed" }] });
  return json(200, { token: basic.password, expires_in: 43200 });
}

async function grantFor(
  { tokens, accounts }: RegistryParts,
  token: string,
  { host }: Received,
): Promise<Grant | undefined> {
  const grant = await tokens.check(token, universeOfRegistry(host) ?? PUBLIC);
  if (grant === undefined || !grant.scopes.some((scope) => READING_SCOPE.test(scope))) return undefined;
  return accounts.mayRead(grant.principal) ? grant : undefined;
}
