import type { Received } from "../core/exchange.ts";
import type { AskSts, SubjectProblem } from "./subject.ts";

export const AWS_TYPE = "urn:ietf:params:aws:token-type:aws4_request";

/** The signer of a GetCallerIdentity request, as AWS STS reports it. */
export interface AwsCaller {
  readonly arn: string;
  readonly account: string;
  readonly userid: string;
}

/**
 * Forwards a subject token to AWS STS. The token is a URL-encoded JSON document with a signed request
 * (https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token). The header x-goog-cloud-target-resource names
 * its provider, with or without https; Google recommends signing this header but does not require it.
 */
export async function askAws(
  token: string,
  audience: string,
  askSts: AskSts,
): Promise<AwsCaller | SubjectProblem> {
  const request = parseAwsRequest(token);
  if (request === undefined) return { problem: "Unable to parse the AWS subject token." };
  const isQuestion =
    request.query.get("Action") === "GetCallerIdentity" && request.query.get("Version") === "2011-06-15";
  if (
    !isQuestion ||
    !/^sts\.([a-z0-9-]+\.)?amazonaws\.(com|com\.cn|eu)$|^sts\.[a-z0-9-]+\.api\./.test(request.host)
  )
    return { problem: "The AWS subject token is not a GetCallerIdentity request." };
  const target = request.headers["x-goog-cloud-target-resource"]?.replace(/^https:/, "");
  if (target !== audience) return { problem: "x-goog-cloud-target-resource does not match the audience." };
  const { status, body } = await askSts(request);
  const xml = String(body ?? "");
  const element = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";
  if (status !== 200)
    return {
      problem: `Received invalid AWS response of type ${status} with message: ${element("Code")}: ${element("Message")}`,
    };
  return { arn: element("Arn"), account: element("Account"), userid: element("UserId") };
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
  const body = method === "POST" ? Buffer.from("") : Buffer.alloc(0);
  return {
    method,
    host: url.hostname,
    origin: url.origin,
    path: url.pathname,
    rawQuery: url.search.slice(1),
    query: url.searchParams,
    headers: Object.fromEntries(pairs),
    body,
  };
}
