import { X509Certificate } from "node:crypto";
import type { JSONWebKeySet } from "jose";
import type { Core } from "../core/core.ts";
import { TokenProblem } from "../core/jwt.ts";
import { chainProblem, factsOf, parseCertificate } from "../core/x509.ts";
import { type AttributeMapping, conditionHolds, type MappedAttributes, mapAttributes } from "./attributes.ts";
import { AWS_TYPE, askAws } from "./aws-subject.ts";
import type { AskSts, SubjectProblem } from "./subject.ts";

interface ProviderOptions {
  /** Default: Google's for a provider of this kind. */
  readonly mapping?: AttributeMapping;
  /** CEL; without a condition every credential of the issuer is allowed. */
  readonly condition?: string;
}

/** Workload identity pool providers, by kind of credential. */
export type PoolProvider = ProviderOptions &
  (
    | {
        /** Accepts tokens of this issuer, for any of these audiences. */
        readonly kind: "oidc";
        readonly issuer: string;
        readonly audiences: readonly string[];
        /** Uploaded keys, for an issuer that Google cannot reach. */
        readonly uploadedKeys?: () => Promise<JSONWebKeySet>;
      }
    /** Accepts signed GetCallerIdentity requests of this AWS account. */
    | { readonly kind: "aws"; readonly account: string }
    /** Accepts client certificates in the TLS handshake that chain to one of these CAs (PEM). */
    | {
        readonly kind: "x509";
        readonly trustAnchors: readonly string[];
        readonly intermediates?: readonly string[];
      }
  );

/** The principal of a subject token, and its latest expiry. */
export interface Subject {
  readonly mapped: MappedAttributes;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const JWT_TYPES = new Set([
  "urn:ietf:params:oauth:token-type:jwt",
  "urn:ietf:params:oauth:token-type:id_token",
]);
const MTLS_TYPE = "urn:ietf:params:oauth:token-type:mtls";

export interface SubjectToken {
  readonly token: string;
  readonly type: string;
  /** The audience of the exchange: the provider's resource name. */
  readonly audience: string;
  /** Certificate of the TLS handshake, DER. */
  readonly clientCertificate: Buffer | undefined;
}

/** A credential's claims, before the provider's mapping. */
interface Assertion {
  readonly claims: object;
  readonly expiresAt: number;
}

/** Checks a subject token according to the provider's configuration. */
export async function checkSubject(
  provider: PoolProvider,
  subject: SubjectToken,
  core: Core,
  askSts: AskSts,
): Promise<Subject | SubjectProblem> {
  const assertion = await assertionOf(provider, subject, core, askSts);
  if ("problem" in assertion) return assertion;
  const mapped = mapAttributes(provider.mapping ?? DEFAULT_MAPPINGS[provider.kind], assertion.claims);
  if (mapped === undefined)
    return { problem: "Could not obtain a value for google.subject from the given credential." };
  if (!conditionHolds(provider.condition, assertion.claims, mapped))
    return {
      error: "unauthorized_client",
      problem: "The given credential is rejected by the attribute condition.",
    };
  return { mapped, expiresAt: assertion.expiresAt };
}

/** The role's ARN without the session, as in Google's default mapping. */
const AWS_ROLE =
  "assertion.arn.contains('assumed-role') ? assertion.arn.extract('{account_arn}assumed-role/') + 'assumed-role/' + assertion.arn.extract('assumed-role/{role_name}/') : assertion.arn";

const DEFAULT_MAPPINGS = {
  oidc: { "google.subject": "assertion.sub" },
  aws: { "google.subject": "assertion.arn", "attribute.aws_role": AWS_ROLE },
  x509: { "google.subject": "assertion.subject.dn.cn" },
} as const;

async function assertionOf(
  provider: PoolProvider,
  subject: SubjectToken,
  core: Core,
  askSts: AskSts,
): Promise<Assertion | SubjectProblem> {
  const { type, token, audience } = subject;
  switch (provider.kind) {
    case "aws": {
      if (type !== AWS_TYPE) return WRONG_TYPE;
      const caller = await askAws(token, audience, askSts);
      if ("problem" in caller) return caller;
      if (caller.account !== provider.account)
        return { problem: "The AWS account is not the one that the provider trusts." };
      return { claims: caller, expiresAt: core.clock() + 3600_000 };
    }
    case "x509":
      return type === MTLS_TYPE ? checkCertificate(provider, subject, core.clock()) : WRONG_TYPE;
    case "oidc": {
      if (!JWT_TYPES.has(type)) return WRONG_TYPE;
      const { issuer, audiences } = provider;
      const uploadedKeys = await provider.uploadedKeys?.();
      const claims = await core.issuers.verify(token, {
        issuer,
        audiences,
        ...(uploadedKeys === undefined ? {} : { uploadedKeys }),
      });
      if (claims instanceof TokenProblem) return { problem: inGooglesWords(claims, issuer) };
      return { claims, expiresAt: (claims.exp ?? 0) * 1000 };
    }
  }
}

const WRONG_TYPE = { problem: "The subject token type is not accepted by the provider." };

function inGooglesWords({ reason, claims }: TokenProblem, issuer: string): string {
  switch (reason) {
    case "wrong-audience":
      return `The audience in ID Token [${[claims.aud].flat().join(", ")}] does not match the expected audience.`;
    case "expired":
      return `ID Token issued at ${claims.iat} is stale to sign-in.`;
    case "wrong-issuer":
      return `The issuer in ID Token ${claims.iss} does not match the expected ones.`;
    case "unreadable-issuer":
      return `Error connecting to the given credential's issuer ${issuer}.`;
    case "bad-signature":
    case "unknown-key":
      return claims.iss === issuer
        ? "Invalid signature in ID Token."
        : `The issuer in ID Token ${claims.iss} does not match the expected ones.`;
    default:
      return "Unable to parse the ID Token.";
  }
}

/**
 * A certificate: the subject token is a JSON array of base64 DER, the TLS handshake's certificate first, then its
 * issuers (https://cloud.google.com/iam/docs/workload-identity-federation-with-x509-certificates).
 */
function checkCertificate(
  provider: Extract<PoolProvider, { kind: "x509" }>,
  { token, clientCertificate }: SubjectToken,
  now: number,
): Assertion | SubjectProblem {
  if (clientCertificate === undefined)
    return { problem: "No client certificate was presented in the mutual TLS connection." };
  const [leaf, ...rest] = certificatesIn(token);
  if (leaf === undefined) return { problem: "Unable to parse the X.509 subject token." };
  if (!leaf.raw.equals(clientCertificate))
    return { problem: "The leaf certificate is not that of the mutual TLS connection." };
  const pems = (values: readonly string[]) => values.map((pem) => new X509Certificate(pem));
  const intermediates = [...rest, ...pems(provider.intermediates ?? [])];
  const problem = chainProblem(leaf, intermediates, pems(provider.trustAnchors), now);
  if (problem === "untrusted") return { problem: "The certificate chain does not lead to a trust anchor." };
  if (problem !== undefined) return { problem: "The client certificate is not within its validity period." };
  const facts = factsOf(leaf);
  const lower = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key.toLowerCase(), value]));
  const { dns = [], url = [] } = facts.alternativeNames;
  const claims = {
    subject: { dn: lower(facts.subject) },
    issuer: { dn: lower(facts.issuer) },
    san: { dns, uri: url },
    serialNumberHex: facts.serialNumber,
  };
  return { claims, expiresAt: Math.min(now + 3600_000, Date.parse(leaf.validTo)) };
}

function certificatesIn(token: string): X509Certificate[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(token);
  } catch {
    return [];
  }
  const found = Array.isArray(parsed) ? parsed.map((each) => parseCertificate(String(each))) : [];
  return found.every((each) => each !== undefined) ? found : [];
}
