import { createHash, createPublicKey } from "node:crypto";
import { compactVerify, decodeProtectedHeader, type JWTPayload } from "jose";
import { type Clock, epochSeconds } from "../core/clock.ts";
import type { Issuers } from "../core/issuers.ts";
import { claimsOf, TokenProblem } from "../core/jwt.ts";
import { CLOUDS, names } from "./clouds.ts";
import { type App, type FederatedCredential, isExchangeUri, TOKEN_EXCHANGE_APP } from "./directory.ts";
import { refuse } from "./entra-errors.ts";

export interface AssertionParts {
  readonly clock: Clock;
  readonly issuers: Issuers;
  /** `jti` values of past certificate assertions: each can be used once. */
  readonly seen: Set<string>;
}

/** Maximum lifetime of a certificate assertion, in seconds. */
const LONGEST_LIFE = 24 * 3600;

/**
 * Checks a client assertion: signed by the application itself with a registered certificate
 * (https://learn.microsoft.com/entra/identity-platform/certificate-credentials), or a token from an issuer that it trusts.
 * @throws {EntraRefusal}
 */
export async function checkAssertion(
  parts: AssertionParts,
  app: App,
  assertion: string,
  tokenEndpoints: readonly string[],
): Promise<void> {
  const claims = claimsOf(assertion);
  if (assertion.split(".").length !== 3 || Object.keys(claims).length === 0) {
    refuse(401, "invalid_client", 50027, "JWT token is invalid or malformed.");
  }
  if (claims.iss === app.clientId) await checkCertificateAssertion(parts, app, assertion, tokenEndpoints);
  else await checkFederatedToken(parts, app, assertion);
}

async function checkCertificateAssertion(
  { clock, seen }: AssertionParts,
  app: App,
  assertion: string,
  tokenEndpoints: readonly string[],
): Promise<void> {
  const header = headerOf(assertion);
  const thumbprint = header["x5t#S256"];
  if (header.alg !== "RS256" && header.alg !== "PS256")
    refuse(401, "invalid_client", 5002730, `Invalid JWT token. Unsupported key for the signing algorithm.`);
  const certificate = typeof thumbprint === "string" ? app.certificates.get(thumbprint) : undefined;
  if (certificate === undefined) {
    refuse(
      401,
      "invalid_client",
      700027,
      `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${hexOf(thumbprint)}'.]`,
    );
  }
  const now = epochSeconds(clock());
  if (Date.parse(certificate.validTo) < clock()) {
    refuse(401, "invalid_client", 7000222, "The provided client certificate keys are expired.");
  }
  const key = createPublicKey(certificate.publicKey.export({ type: "spki", format: "pem" }));
  const verified = await compactVerify(assertion, key, { algorithms: ["RS256", "PS256"] }).then(
    () => true,
    () => false,
  );
  if (!verified) {
    refuse(
      401,
      "invalid_client",
      700027,
      "Client assertion failed signature validation. [Reason - The key was found but the signature could not be verified.]",
    );
  }
  checkChain(header["x5c"], thumbprint);
  const { aud, exp, nbf, sub, jti } = claimsOf(assertion);
  if (typeof aud !== "string" || !tokenEndpoints.includes(aud)) {
    refuse(
      401,
      "invalid_client",
      700023,
      `Client assertion audience claim does not match Realm issuer. '${String(aud)}'.`,
    );
  }
  if (sub !== app.clientId)
    refuse(
      401,
      "invalid_client",
      700021,
      "Client assertion application identifier doesn't match 'client_id' parameter.",
    );
  if (
    typeof exp !== "number" ||
    exp <= now ||
    (typeof nbf === "number" && nbf > now + 300) ||
    exp > now + LONGEST_LIFE
  ) {
    refuse(401, "invalid_client", 700024, "Client assertion is not within its valid time range.");
  }
  if (typeof jti !== "string" || jti === "" || seen.has(jti)) {
    refuse(401, "invalid_client", 700025, "Client assertion has no jti, or one that was used before.");
  }
  seen.add(jti);
}

/** `x5c`, if present, must begin with the certificate that `x5t#S256` names (RFC 7515 section 4.1.6). */
function checkChain(chain: unknown, thumbprint: unknown): void {
  if (chain === undefined) return;
  const first: unknown = Array.isArray(chain) ? chain[0] : undefined;
  const actual =
    typeof first === "string"
      ? createHash("sha256").update(Buffer.from(first, "base64")).digest("base64url")
      : undefined;
  if (actual !== thumbprint) {
    refuse(401, "invalid_client", 700027, "The x5c header does not begin with the certificate of x5t#S256.");
  }
}

async function checkFederatedToken(parts: AssertionParts, app: App, token: string): Promise<void> {
  if (headerOf(token)["alg"] !== "RS256")
    refuse(401, "invalid_client", 5002730, `Invalid JWT token. Unsupported key for the signing algorithm.`);
  const claims = claimsOf(token);
  const issuer = String(claims.iss);
  const credential = matchingCredential(app, claims);
  if (isEntraToken(issuer)) checkEntraToken(app, claims);
  const audiences = isExchangeUri(credential.audience)
    ? [credential.audience, TOKEN_EXCHANGE_APP]
    : [credential.audience];
  const verified = await parts.issuers.verify(token, { issuer, audiences, algorithms: ["RS256"] });
  if (!(verified instanceof TokenProblem)) return;
  switch (verified.reason) {
    case "expired":
    case "not-yet-valid":
      return refuse(401, "invalid_client", 700024, "Client assertion is not within its valid time range.");
    case "unreadable-issuer":
      return refuse(400, "invalid_request", 50166, "Request to External OIDC endpoint failed.");
    case "unknown-key":
      return refuse(
        401,
        "invalid_client",
        7000272,
        `The certificate with identifier used to sign the federated credential could not be found in the metadata of identity provider ${issuer}. Please validate that your Identity Provider's metadata exposes the key used to sign the incoming token.`,
      );
    default:
      return refuse(
        401,
        "invalid_client",
        5000223,
        "The signature of the presented assertion could not be verified.",
      );
  }
}

/** The federated credential that matches a token; issuer, subject and audience must match exactly. */
function matchingCredential(app: App, claims: JWTPayload): FederatedCredential {
  const { iss, sub, aud } = claims;
  const audiences = [aud ?? []].flat();
  // The audience of Entra's own tokens is the application id of the URI that the credential names.
  const named = (audience: string) =>
    audiences.includes(audience) || (isExchangeUri(audience) && audiences.includes(TOKEN_EXCHANGE_APP));
  const ofIssuer = app.federated.filter(({ issuer }) => issuer === iss);
  if (ofIssuer.length === 0) {
    refuse(
      401,
      "invalid_client",
      700211,
      `No matching federated identity record found for presented assertion issuer '${String(iss)}'. Please note that the issuer comparison is case-sensitive.`,
    );
  }
  const ofSubject = ofIssuer.filter(({ subject }) => subject === sub);
  if (ofSubject.length === 0) {
    refuse(
      401,
      "invalid_client",
      700213,
      `No matching federated identity record found for presented assertion subject '${String(sub)}'. The subject comparison is case-sensitive.`,
    );
  }
  const credential = ofSubject.find(({ audience }) => named(audience));
  if (credential === undefined) {
    refuse(
      401,
      "invalid_client",
      700212,
      `No matching federated identity record found for presented assertion audience '${String(audiences[0])}'. The audience comparison is case-sensitive.`,
    );
  }
  return credential;
}

function isEntraToken(issuer: string): boolean {
  return names().some(
    (cloud) =>
      issuer.startsWith(CLOUDS[cloud].issuer) ||
      CLOUDS[cloud].login.some((host) => issuer.startsWith(`https://${host}/`)),
  );
}

/**
 * Of its own tokens, Entra accepts only version 2.0 tokens of managed identities in the application's tenant.
 * The codes come from user reports.
 */
function checkEntraToken(app: App, claims: JWTPayload): void {
  if (claims["ver"] !== "2.0") refuse(401, "invalid_client", 700227, "Forbidden token audience.");
  if (claims["xms_mirid"] === undefined)
    refuse(
      401,
      "invalid_client",
      700226,
      "Only MSI tokens may be used as Federated Identity Credentials for AAD issuer.",
    );
  if (String(claims["tid"]).toLowerCase() !== app.tenant.toLowerCase())
    refuse(
      401,
      "invalid_client",
      700236,
      `Entra ID tokens issued by issuer '${claims.iss}' may not be used for federated identity credential flows for applications or managed identities registered in this tenant.`,
    );
}

function headerOf(assertion: string): Record<string, unknown> {
  try {
    return { ...decodeProtectedHeader(assertion) };
  } catch {
    refuse(401, "invalid_client", 50027, "JWT token is invalid or malformed.");
  }
}

function hexOf(thumbprint: unknown): string {
  return typeof thumbprint === "string"
    ? Buffer.from(thumbprint, "base64url").toString("hex").toUpperCase()
    : "";
}
