import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import type { Received } from "../core/exchange.ts";
import type { AccessKey, Iam, Principal } from "./iam.ts";

/** The region and service that a signature must be valid for. */
export interface SigningScope {
  readonly region: string;
  readonly service: string;
  readonly partition: string;
}

/** The reason to reject a signature; each API has its own code and status for each reason. */
export interface SignatureProblem {
  readonly reason: "missing" | "incomplete" | "unknown-key" | "expired-token" | "invalid";
  readonly message: string;
}

const MAX_SKEW_MS = 5 * 60 * 1000;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})$/;
const INVALID_TOKEN = "The security token included in the request is invalid.";
const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/** Recomputes Signature Version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). */
export class SignatureCheck {
  readonly #iam: Iam;
  readonly #clock: Clock;

  constructor(iam: Iam, clock: Clock) {
    this.#iam = iam;
    this.#clock = clock;
  }

  /** The principal that signed a request, or the reason why the signature is invalid. */
  identify(request: Received, scope: SigningScope): Principal | SignatureProblem {
    const { authorization } = request.headers;
    if (authorization === undefined) return { reason: "missing", message: "Missing Authentication Token" };
    const parts = AUTHORIZATION.exec(authorization);
    if (parts === null) {
      return {
        reason: "incomplete",
        message: "Authorization header does not have the form of AWS4-HMAC-SHA256.",
      };
    }
    const [, accessKeyId = "", day = "", region = "", service = "", signedHeaders = "", signature = ""] =
      parts;
    const key = this.#iam.key(accessKeyId);
    if (key === undefined || key.principal.partition !== scope.partition) {
      return { reason: "unknown-key", message: INVALID_TOKEN };
    }
    const problem =
      this.#tokenProblem(key, request) ??
      headerProblem(request, signedHeaders.split(";")) ??
      scopeProblem(scope, region, service) ??
      timeProblem(request, day, this.#clock());
    if (problem !== undefined) return problem;
    const expected = signatureOf(request, key.secretAccessKey, { day, region, service, signedHeaders });
    if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signature)))
      return { reason: "invalid", message: MISMATCH };
    return key.principal;
  }

  #tokenProblem(key: AccessKey, request: Received): SignatureProblem | undefined {
    if (request.headers["x-amz-security-token"] !== key.sessionToken) {
      return { reason: "unknown-key", message: INVALID_TOKEN };
    }
    if (key.expiresAt !== undefined && key.expiresAt <= this.#clock()) {
      return { reason: "expired-token", message: "The security token included in the request is expired" };
    }
    return undefined;
  }
}

/** Returns the reason to reject a request's date, if any. @param day of the credential scope, `YYYYMMDD` */
export function timeProblem(request: Received, day: string, now: number): SignatureProblem | undefined {
  const stamp = request.headers["x-amz-date"] ?? "";
  const at = parseStamp(stamp);
  if (at === undefined || !stamp.startsWith(day)) {
    return {
      reason: "incomplete",
      message: `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${day}' != '${stamp}'.`,
    };
  }
  const [early, late, limit] = [now - MAX_SKEW_MS, now + MAX_SKEW_MS, stampOf(now)];
  if (at < early) {
    return {
      reason: "invalid",
      message: `Signature expired: ${stamp} is now earlier than ${stampOf(early)} (${limit} - 5 min.)`,
    };
  }
  if (at > late) {
    return {
      reason: "invalid",
      message: `Signature not yet current: ${stamp} is still later than ${stampOf(late)} (${limit} + 5 min.)`,
    };
  }
  return undefined;
}

/** Headers that change the meaning of a request must be signed. */
export function headerProblem(request: Received, signed: readonly string[]): SignatureProblem | undefined {
  const must = Object.keys(request.headers).filter((name) => name === "host" || name.startsWith("x-amz-"));
  const missing = must.filter((name) => !signed.includes(name));
  if (missing.length === 0) return undefined;
  return {
    reason: "invalid",
    message: `'${missing.join("', '")}' must be a 'SignedHeader' in the AWS Authorization.`,
  };
}

export function scopeProblem(
  scope: Pick<SigningScope, "region" | "service">,
  region: string,
  service: string,
): SignatureProblem | undefined {
  if (region !== scope.region) {
    return { reason: "invalid", message: `Credential should be scoped to a valid region, not '${region}'.` };
  }
  if (service !== scope.service) {
    return {
      reason: "invalid",
      message: `Credential should be scoped to correct service: '${scope.service}'.`,
    };
  }
  return undefined;
}

interface SignedScope {
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: string;
}

function signatureOf(
  request: Received,
  secret: string,
  { day, region, service, signedHeaders }: SignedScope,
): string {
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = [
    "AWS4-HMAC-SHA256",
    request.headers["x-amz-date"],
    scope,
    canonicalHash(request, signedHeaders),
  ].join("\n");
  const key = [day, region, service, "aws4_request"].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, toSign).toString("hex");
}

/** SHA-256 of the canonical request, in hexadecimal. @param signedHeaders as in the Authorization header */
export function canonicalHash(request: Received, signedHeaders: string): string {
  const headers = signedHeaders
    .split(";")
    .map((name) => `${name}:${(request.headers[name] ?? "").trim().replace(/ +/g, " ")}\n`)
    .join("");
  return sha256(
    [
      request.method,
      canonicalPath(request.path),
      canonicalQuery(request.query),
      headers,
      signedHeaders,
      sha256(request.body),
    ].join("\n"),
  );
}

/** Every service except S3 encodes the already encoded path again. */
function canonicalPath(path: string): string {
  return path.split("/").map(encode).join("/");
}

function canonicalQuery(query: URLSearchParams): string {
  return Array.from(query, ([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
}

/** RFC 3986: also encodes the five characters that encodeURIComponent skips. */
function encode(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}

/** `20260102T030405Z` */
function stampOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/[-:]|\.\d+/g, "");
}

function parseStamp(stamp: string): number | undefined {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp) ?? [];
  if (y === undefined) return undefined;
  const at = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  return Number.isNaN(at) ? undefined : at;
}
