import { CredentialError, Secret, type TransportResponse } from "@imagecred/protocol";

/** A body as a JSON object; undefined for everything else. */
export function jsonObject(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(JSON.parse(new TextDecoder().decode(body)));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/**
 * The token in an answer, and what stands beside it. A 200 is parsed, not trusted.
 * @param attempted what was being done, for errors
 * @param field the token's name
 * @param adviceFor what to do about a status that is not 200
 * @throws {CredentialError}
 */
export function tokenIn(
  answer: TransportResponse,
  action: string,
  field: string,
  adviceFor: (status: number) => string,
): { readonly token: Secret; readonly fields: Readonly<Record<string, unknown>> } {
  if (answer.status !== 200) {
    throw new CredentialError({
      action,
      reason: describeAnswer(answer),
      advice: adviceFor(answer.status),
    });
  }
  const fields = jsonObject(answer.body) ?? {};
  const token = textField(fields, field);
  if (token !== undefined) return { token: new Secret(token), fields };
  throw new CredentialError({
    action,
    reason: `status 200 without ${field}`,
    advice: "check what answers there: a proxy, or a server that is not Google's",
  });
}

/** A string field that is not empty. */
export function textField(object: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = object[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Characters of a foreign text that an error message has room for. */
const ROOM = 200;

/**
 * What a refusal says, for an error message: `status 403 PERMISSION_DENIED: ...`. Reads the three forms that Google's services
 * use: OAuth (RFC 6749 section 5.2), Google APIs (https://google.aip.dev/193), and the metadata server's text or HTML.
 */
export function describeAnswer({ status, headers, body }: TransportResponse): string {
  if (status >= 300 && status < 400) {
    return `status ${status}, a redirect to ${originOf(headers["location"])}, which is not followed with a credential`;
  }
  const object = jsonObject(body);
  const [code, message] = object === undefined ? [undefined, plainText(body)] : errorFields(object);
  const said = [code, message].filter((part) => part !== undefined && part !== "").join(": ");
  return said === ""
    ? `status ${status}`
    : `status ${status} ${said.length > ROOM ? `${said.slice(0, ROOM)}…` : said}`;
}

function errorFields(object: Readonly<Record<string, unknown>>): (string | undefined)[] {
  const api = asObject(object["error"]);
  return api === undefined
    ? [textField(object, "error"), textField(object, "error_description")]
    : [textField(api, "status"), textField(api, "message")];
}

/** Text of a page that may be anybody's: its words, without markup and without anything long enough to be a key. */
function plainText(body: Uint8Array): string {
  return new TextDecoder()
    .decode(body.subarray(0, 4096))
    .replace(/<(style|script|title)\b[\s\S]*?<\/\1>|<[^>]*>/gi, " ")
    .replace(/[A-Za-z0-9+/=_~-]{16,}/g, "…")
    .replace(/\s+/g, " ")
    .trim();
}

function originOf(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).origin : "somewhere else";
}
