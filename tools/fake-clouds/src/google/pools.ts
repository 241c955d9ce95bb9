import type { JWTPayload } from "jose";
import type { Core } from "../core/core.ts";
import type { Received } from "../core/exchange.ts";
import { TokenProblem } from "../core/jwt.ts";

/** Workload identity pools' providers, by what each accepts. */
export type PoolProvider =
  | {
      /** Tokens of the cluster, for any of these audiences. */
      readonly kind: "kubernetes";
      readonly audiences: readonly string[];
    }
  /** Signed GetCallerIdentity requests of this AWS account. */
  | { readonly kind: "aws"; readonly account: string };

/** Who a subject token stands for (as the pool's principals name it), and until when at most. */
export interface Subject {
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Why a subject token was not accepted. */
export interface SubjectProblem {
  readonly problem: string;
}

/** Who signed an AWS request, or what is wrong with it. */
export type AwsIdentify = (
  request: Received,
) => { readonly arn: string; readonly account: string } | { readonly message: string };

const JWT_TYPES = new Set([
  "urn:ietf:params:oauth:token-type:jwt",
  "urn:ietf:params:oauth:token-type:id_token",
]);
const AWS_TYPE = "urn:ietf:params:aws:token-type:aws4_request";

export interface SubjectToken {
  readonly token: string;
  readonly type: string;
  /** The audience of the exchange: the provider's resource name. */
  readonly audience: string;
}

/** Checks a subject token as the provider is configured. */
export async function checkSubject(
  provider: PoolProvider,
  subject: SubjectToken,
  core: Core,
  identifyAws: AwsIdentify,
): Promise<Subject | SubjectProblem> {
  if (provider.kind === "aws") {
    return subject.type === AWS_TYPE
      ? checkAwsRequest(provider.account, subject, core, identifyAws)
      : { problem: "The subject token type is not accepted by the provider." };
  }
  if (!JWT_TYPES.has(subject.type))
    return { problem: "The subject token type is not accepted by the provider." };
  const claims = await core.cluster.verify(subject.token, provider.audiences);
  if (claims instanceof TokenProblem) return { problem: inGooglesWords(claims) };
  return { subject: String(claims.sub), expiresAt: endOf(claims) };
}

function endOf({ exp }: JWTPayload): number {
  return (exp ?? 0) * 1000;
}

function inGooglesWords({ reason, claims }: TokenProblem): string {
  switch (reason) {
    case "wrong-audience":
      return `The audience in ID Token [${[claims.aud].flat().join(", ")}] does not match the expected audience.`;
    case "expired":
      return `ID Token issued at ${claims.iat} is stale to sign-in.`;
    case "wrong-issuer":
      return `The issuer in ID Token ${claims.iss} does not match the expected ones.`;
    case "bad-signature":
    case "unknown-key":
      return "Invalid signature in ID Token.";
    default:
      return "Unable to parse the ID Token.";
  }
}

/**
 * The subject token is a URL-encoded JSON document of a signed request to AWS STS
 * (https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token). The header x-goog-cloud-target-resource names
 * the provider that it is meant for, with or without https; that it is signed is recommended there, not required.
 */
function checkAwsRequest(
  account: string,
  { token, audience }: SubjectToken,
  core: Core,
  identifyAws: AwsIdentify,
): Subject | SubjectProblem {
  const request = parseAwsRequest(token);
  if (request === undefined) return { problem: "Unable to parse the AWS subject token." };
  const isQuestion =
    request.query.get("Action") === "GetCallerIdentity" && request.query.get("Version") === "2011-06-15";
  if (!isQuestion) return { problem: "The AWS subject token is not a GetCallerIdentity request." };
  const target = request.headers["x-goog-cloud-target-resource"]?.replace(/^https:/, "");
  if (target !== audience) return { problem: "x-goog-cloud-target-resource does not match the audience." };
  const caller = identifyAws(request);
  if ("message" in caller) return { problem: `AWS did not accept the signature: ${caller.message}` };
  if (caller.account !== account)
    return { problem: "The AWS account is not the one that the provider trusts." };
  return { subject: caller.arn, expiresAt: core.clock() + 3600_000 };
}

function parseAwsRequest(token: string): Received | undefined {
  let parsed: { url?: unknown; method?: unknown; headers?: unknown };
  try {
    parsed = JSON.parse(decodeURIComponent(token));
  } catch {
    return undefined;
  }
  const { url: text, method, headers } = parsed;
  if (typeof text !== "string" || typeof method !== "string" || !Array.isArray(headers)) return undefined;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const pairs = headers.map((header: { key?: unknown; value?: unknown }) => [
    String(header.key).toLowerCase(),
    String(header.value),
  ]);
  return {
    method,
    host: url.hostname,
    origin: url.origin,
    path: url.pathname,
    rawQuery: url.search.slice(1),
    query: url.searchParams,
    headers: Object.fromEntries(pairs),
    body: Buffer.alloc(0),
  };
}
