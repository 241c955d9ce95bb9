import type { Core } from "../core/core.ts";
import { bearerOf, json, type Received, type Reply } from "../core/exchange.ts";
import type { TlsService } from "../core/service.ts";
import type { Accounts } from "./accounts.ts";
import { apiError } from "./errors.ts";
import { CLOUD_PLATFORM, type Tokens } from "./tokens.ts";
import { PUBLIC, universeOfEndpoint } from "./universes.ts";

export interface IamCredentialsParts {
  readonly core: Core;
  readonly accounts: Accounts;
  readonly tokens: Tokens;
}

const PATH = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+):generateAccessToken$/;
const MAX_SECONDS = 3600;

/** IAM Service Account Credentials API (https://cloud.google.com/iam/docs/reference/credentials/rest). */
export function iamCredentialsService(parts: IamCredentialsParts): TlsService {
  return {
    name: "google.iamcredentials",
    about: "IAM Service Account Credentials API",
    example: `iamcredentials.${PUBLIC.domain}`,
    hosts: (host) => universeOfEndpoint(host, "iamcredentials") !== undefined,
    operation: ({ path }) => (PATH.test(path) ? "GenerateAccessToken" : "Unknown"),
    handle: (request) => answer(parts, request),
  };
}

async function answer({ core, accounts, tokens }: IamCredentialsParts, request: Received): Promise<Reply> {
  const email = decodeURIComponent(PATH.exec(request.path)?.[1] ?? "");
  if (email === "" || request.method !== "POST") return apiError(404, "NOT_FOUND", "Not Found");
  const universe = universeOfEndpoint(request.host, "iamcredentials") ?? PUBLIC;
  const caller = await tokens.check(bearerOf(request.headers["authorization"]) ?? "", universe);
  if (caller === undefined) {
    return apiError(
      401,
      "UNAUTHENTICATED",
      "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
    );
  }
  if (!caller.scopes.includes(CLOUD_PLATFORM)) {
    return apiError(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.");
  }
  const body = bodyOf(request);
  const scopes = listOf(body["scope"]);
  if (scopes.length === 0) return apiError(400, "INVALID_ARGUMENT", "Scope required.");
  const seconds = Number(/^(\d+)s$/.exec(String(body["lifetime"] ?? "3600s"))?.[1]);
  if (!(seconds > 0 && seconds <= MAX_SECONDS)) {
    return apiError(400, "INVALID_ARGUMENT", "The access token lifetime cannot exceed 3600 seconds.");
  }
  const chain = [
    ...listOf(body["delegates"]).map((name) => name.replace(/^.*\/serviceAccounts\//, "")),
    email,
  ];
  if (!allowed(accounts, [caller.principal, ...(caller.sets ?? [])], chain)) {
    return apiError(
      403,
      "PERMISSION_DENIED",
      "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
    );
  }
  const expiresAt = Math.floor(core.clock() / 1000 + seconds) * 1000;
  const accessToken = tokens.issue({
    principal: `serviceAccount:${email}`,
    scopes,
    expiresAt,
    universe: universe.domain,
  });
  return json(200, { accessToken, expireTime: new Date(expiresAt).toISOString().replace(".000Z", "Z") });
}

/** Each account in the chain must let the previous one create its tokens. */
function allowed(accounts: Accounts, caller: readonly string[], chain: readonly string[]): boolean {
  return chain.every((email, index) =>
    accounts.mayImpersonate(index === 0 ? caller : [`serviceAccount:${chain[index - 1]}`], email),
  );
}

function bodyOf(request: Received): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(request.body.toString("utf8"));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
