import {
  CredentialError,
  type Failure,
  failureOf,
  parseJson,
  parseJsonObject,
  redirectReason,
  type TransportResponse,
  textAt,
} from "@imagecred/protocol";
import { adviceOf } from "./google-advice.ts";
import { oauthError } from "./google-error.ts";

/**
 * The error for a response that is not a success.
 * @param defaultAdvice for a response without a known cause
 */
export function errorOf(response: TransportResponse, action: string, defaultAdvice: string): CredentialError {
  const failure = failureIn(response);
  const reason = describeResponse(response);
  const advice = adviceOf(response, defaultAdvice);
  return new CredentialError({ action, reason, advice, ...(failure === undefined ? {} : { failure }) });
}

/** Only a response in the services' format is a refusal by Google: a proxy can respond with 403 too. */
function failureIn(response: TransportResponse): Failure | undefined {
  const failure = failureOf(response.status);
  return failure === "refused" && errorFields(response)[0] === undefined ? undefined : failure;
}

/** Characters of a response's text in an error message at most. */
const MAX_TEXT = 300;

/**
 * The reason in an error response: `status 403 PERMISSION_DENIED: ...`. It parses the three formats of Google's services:
 * OAuth (RFC 6749 section 5.2), Google APIs (https://google.aip.dev/193), and the metadata server's text or HTML.
 */
export function describeResponse(response: TransportResponse): string {
  const { status, body } = response;
  const redirect = redirectReason(response);
  if (redirect !== undefined) return redirect;
  const [code, message] =
    parseJsonObject(body) === undefined ? [undefined, plainText(body)] : errorFields(response);
  const said = [code, message].filter((part) => part !== undefined && part !== "").join(": ");
  return said === "" ? `status ${status}` : `status ${status} ${shortened(said)}`;
}

/** Cuts a text between two words, so that no link is cut. */
function shortened(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  const start = text.slice(0, MAX_TEXT);
  const end = /\s/.test(text.charAt(MAX_TEXT)) ? MAX_TEXT : start.search(/\s\S*$/);
  return `${end > 0 ? start.slice(0, end) : start}…`;
}

function errorFields({
  body,
}: Pick<TransportResponse, "body">): readonly [code: string | undefined, message: string | undefined] {
  const oauth = oauthError({ body });
  if (oauth !== undefined) return [oauth.code, oauth.description];
  const document = parseJson(body);
  return [textAt(document, "error", "status"), textAt(document, "error", "message")];
}

/** The words of a page of any server, without markup and without anything long enough to be a key. */
function plainText(body: Uint8Array): string {
  return new TextDecoder()
    .decode(body.subarray(0, 4096))
    .replace(/<(style|script|title)\b[\s\S]*?<\/\1>|<[^>]*>/gi, " ")
    .replace(/[A-Za-z0-9+/=_~-]{16,}/g, "…")
    .replace(/\s+/g, " ")
    .trim();
}
