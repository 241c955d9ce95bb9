import {
  asObject,
  CredentialError,
  type JsonObject,
  parseJsonObject,
  redirectReason,
  Secret,
  type TransportResponse,
  textAt,
} from "@imagecred/protocol";

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
): { readonly token: Secret; readonly fields: JsonObject } {
  if (answer.status !== 200) {
    throw new CredentialError({
      action,
      reason: describeAnswer(answer),
      advice: adviceFor(answer.status),
    });
  }
  const fields = parseJsonObject(answer.body) ?? {};
  const token = textAt(fields, field);
  if (token !== undefined) return { token: new Secret(token), fields };
  throw new CredentialError({
    action,
    reason: `status 200 without ${field}`,
    advice: "check what answers there: a proxy, or a server that is not Google's",
  });
}

/** Characters of a foreign text that an error message has room for. */
const ROOM = 200;

/**
 * What a refusal says, for an error message: `status 403 PERMISSION_DENIED: ...`. Reads the three forms that Google's services
 * use: OAuth (RFC 6749 section 5.2), Google APIs (https://google.aip.dev/193), and the metadata server's text or HTML.
 */
export function describeAnswer(answer: TransportResponse): string {
  const { status, body } = answer;
  const redirect = redirectReason(answer);
  if (redirect !== undefined) return redirect;
  const object = parseJsonObject(body);
  const [code, message] = object === undefined ? [undefined, plainText(body)] : errorFields(object);
  const said = [code, message].filter((part) => part !== undefined && part !== "").join(": ");
  return said === ""
    ? `status ${status}`
    : `status ${status} ${said.length > ROOM ? `${said.slice(0, ROOM)}…` : said}`;
}

function errorFields(object: JsonObject): (string | undefined)[] {
  const api = asObject(object["error"]);
  return api === undefined
    ? [textAt(object, "error"), textAt(object, "error_description")]
    : [textAt(api, "status"), textAt(api, "message")];
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
