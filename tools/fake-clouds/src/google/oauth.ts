import { jwtVerify } from "jose";
import type { Core } from "../core/core.ts";
import { formOf, json, type Received, type Reply } from "../core/exchange.ts";
import { claimsOf } from "../core/jwt.ts";
import type { TlsService } from "../core/service.ts";
import type { Accounts } from "./accounts.ts";
import { oauthError } from "./errors.ts";
import { CLOUD_PLATFORM, type Tokens } from "./tokens.ts";
import { PUBLIC, universeOfEndpoint } from "./universes.ts";

export interface OAuthParts {
  readonly core: Core;
  readonly accounts: Accounts;
  readonly tokens: Tokens;
}

const HOST = "oauth2.googleapis.com";
const AUDIENCE = `https://${HOST}/token`;
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SECONDS = 3599;
const SKEW_SECONDS = 300;

/** Google's OAuth 2.0 token endpoint (https://developers.google.com/identity/protocols/oauth2/service-account). */
export function oauthService(parts: OAuthParts): TlsService {
  return {
    name: "google.oauth2",
    about: "Google OAuth 2.0 token endpoint",
    example: HOST,
    hosts: (host) => universeOfEndpoint(host, "oauth2") === PUBLIC,
    operation: (request) =>
      formOf(request)?.get("grant_type") === JWT_BEARER ? "JwtBearer" : "RefreshToken",
    handle: (request) => answer(parts, request),
  };
}

async function answer(parts: OAuthParts, request: Received): Promise<Reply> {
  if (request.path !== "/token" || request.method !== "POST")
    return oauthError(404, "not_found", "no such endpoint");
  const form = formOf(request);
  switch (form?.get("grant_type")) {
    case JWT_BEARER:
      return await jwtBearer(parts, form.get("assertion") ?? "", `https://${request.host}/token`);
    case "refresh_token":
      return refresh(parts, form);
    default:
      return oauthError(400, "unsupported_grant_type", "Invalid grant_type");
  }
}

async function jwtBearer(
  { core, accounts, tokens }: OAuthParts,
  assertion: string,
  endpoint: string,
): Promise<Reply> {
  const { iss, aud, iat, exp, scope } = claimsOf(assertion);
  if (typeof iss !== "string" || accounts.get(iss) === undefined) {
    return oauthError(400, "invalid_grant", "Invalid grant: account not found");
  }
  if (!(await signedBy(accounts, iss, assertion)))
    return oauthError(400, "invalid_grant", "Invalid JWT Signature.");
  const now = core.clock() / 1000;
  const timely =
    typeof iat === "number" &&
    typeof exp === "number" &&
    iat <= now + SKEW_SECONDS &&
    exp > now - SKEW_SECONDS &&
    exp - iat <= 3600;
  if (!timely) {
    return oauthError(
      400,
      "invalid_grant",
      "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
    );
  }
  if (aud !== AUDIENCE && aud !== endpoint)
    return oauthError(400, "invalid_grant", `Invalid JWT: Failed audience check.`);
  if (typeof scope !== "string" || scope === "")
    return oauthError(400, "invalid_scope", "Empty or missing scope not allowed.");
  return grant(core, tokens, `serviceAccount:${iss}`, scope.split(" "));
}

async function signedBy(accounts: Accounts, email: string, assertion: string): Promise<boolean> {
  for (const key of accounts.keysOf(email)) {
    // The caller checks the times and returns Google's errors.
    const verified = await jwtVerify(assertion, key, { algorithms: ["RS256"], clockTolerance: 1e9 }).then(
      () => true,
      () => false,
    );
    if (verified) return true;
  }
  return false;
}

function refresh({ core, accounts, tokens }: OAuthParts, form: URLSearchParams): Reply {
  const users = accounts.client(form.get("client_id") ?? "");
  if (users.length === 0) return oauthError(401, "invalid_client", "The OAuth client was not found.");
  if (!users.some(({ clientSecret }) => clientSecret === form.get("client_secret"))) {
    return oauthError(401, "invalid_client", "Unauthorized");
  }
  const user = users.find(({ refreshToken }) => refreshToken === form.get("refresh_token"));
  if (user === undefined) return oauthError(400, "invalid_grant", "Token has been expired or revoked.");
  return grant(core, tokens, `user:${user.email}`, [CLOUD_PLATFORM]);
}

function grant(core: Core, tokens: Tokens, principal: string, scopes: readonly string[]): Reply {
  const expiresAt = core.clock() + SECONDS * 1000;
  const access_token = tokens.issue({ principal, scopes, expiresAt, universe: PUBLIC.domain });
  return json(200, { access_token, scope: scopes.join(" "), token_type: "Bearer", expires_in: SECONDS });
}
