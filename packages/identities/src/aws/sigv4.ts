/**
 * AWS Signature Version 4 (IAM user guide, "Create a signed AWS API request"), for requests whose path needs no escaping.
 */
import { type Crypto, hex } from "@imagecred/protocol";
import type { AwsCredentials } from "./credentials.ts";

/** A request to sign. */
export interface SignableRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  /** Names in lower case. `host` and `x-amz-date` are added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Region, service and time of a signature. */
export interface SigningScope {
  readonly region: string;
  /** Its name in credential scopes: "sts". */
  readonly service: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The text that is signed, with its parts. */
export interface StringToSign {
  readonly text: string;
  /** All headers of the request except `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The names of these headers, for `SignedHeaders`. */
  readonly signedHeaders: string;
  /** `20261127/us-east-1/sts/aws4_request` */
  readonly credentialScope: string;
}

/** The string to sign for a request. @param algorithm such as `AWS4-HMAC-SHA256` */
export function stringToSign(
  { method, url: text, headers, body = "" }: SignableRequest,
  { region, service, now }: SigningScope,
  algorithm: string,
  { sha256 }: Pick<Crypto, "sha256">,
): StringToSign {
  const url = new URL(text);
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const signed: Record<string, string> = { ...headers, host: url.host, "x-amz-date": time };
  const names = Object.keys(signed).sort();
  const signedHeaders = names.join(";");
  const hash = (content: string) => hex(sha256(encoder.encode(content)));
  const canonical = [
    method,
    url.pathname,
    canonicalQuery(url.searchParams),
    ...names.map((name) => `${name}:${signed[name]?.trim().replace(/ +/g, " ")}`),
    "",
    signedHeaders,
    hash(body),
  ].join("\n");
  const credentialScope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  return {
    text: [algorithm, time, credentialScope, hash(canonical)].join("\n"),
    headers: signed,
    signedHeaders,
    credentialScope,
  };
}

/** The request's headers with the signature's; all are signed. */
export function signedHeaders(
  request: SignableRequest,
  scope: SigningScope,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  crypto: Pick<Crypto, "sha256" | "hmacSha256">,
): Readonly<Record<string, string>> {
  const session = sessionToken === undefined ? {} : { "x-amz-security-token": sessionToken.reveal() };
  const toSign = stringToSign(
    { ...request, headers: { ...request.headers, ...session } },
    scope,
    "AWS4-HMAC-SHA256",
    crypto,
  );
  const hmac = (key: Uint8Array, content: string) => crypto.hmacSha256(key, encoder.encode(content));
  const key = toSign.credentialScope
    .split("/")
    .reduce(hmac, encoder.encode(`AWS4${secretAccessKey.reveal()}`));
  const signature = hex(hmac(key, toSign.text));
  return {
    ...toSign.headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${toSign.credentialScope}, SignedHeaders=${toSign.signedHeaders}, Signature=${signature}`,
  };
}

const encoder = new TextEncoder();

function canonicalQuery(query: URLSearchParams): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  return [...query]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
}

/** Signed headers without `host`, which the transport itself writes, with the same value. */
export function withoutHost(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { host: _host, ...rest } = headers;
  return rest;
}
