import { redact } from "../redact.ts";
import type { TransportResponse } from "./transport.ts";

/** Bytes of a body that are redacted before its start is quoted. */
const MAX_EXCERPT_BYTES = 8 * 1024;

/** A parsed JSON object whose fields are not checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Parses bytes or text as JSON; undefined if they are not JSON. Read the fields with {@link textAt}. */
export function parseJson(body: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

/** Parses bytes or text as a JSON object; undefined for everything else, arrays included. */
export function parseJsonObject(body: Uint8Array | string): JsonObject | undefined {
  return asObject(parseJson(body));
}

/** The value if it is a JSON object; undefined for arrays, null and everything else. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** The text at a path of own keys; undefined if the value is missing, empty or not a text. */
export function textAt(document: unknown, ...path: readonly string[]): string | undefined {
  let value = document;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as JsonObject)[key];
  }
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** About the first 80 characters of a body with an unexpected format, redacted and quoted, for messages. */
export function bodyStart({ body }: Pick<TransportResponse, "body">): string {
  const text = excerpt(new TextDecoder().decode(body.subarray(0, MAX_EXCERPT_BYTES)), 80);
  return text === "" ? "an empty body" : JSON.stringify(text);
}

/**
 * A text from outside for a message: redacted, on one line, and cut between two words if it is longer than
 * `maxLength` characters.
 */
export function excerpt(text: string, maxLength: number): string {
  const line = redact(text).replace(/\s+/g, " ").trim();
  if (line.length <= maxLength) return line;
  const cut = line.slice(0, maxLength);
  const space = cut.lastIndexOf(" ");
  // A text without spaces, such as a URL, is cut at `maxLength`.
  return `${space > maxLength / 2 ? cut.slice(0, space) : cut}…`;
}

/**
 * The error's reason for a redirect, which the HTTP client never follows, since the request carries a credential.
 * Undefined for every other status. It names only the location's origin: its path and query may repeat what was sent.
 */
export function redirectReason({
  status,
  headers,
}: Pick<TransportResponse, "status" | "headers">): string | undefined {
  if (status < 300 || status >= 400) return undefined;
  const location = headers["location"];
  const where =
    location !== undefined && URL.canParse(location) ? new URL(location).origin : "another address";
  return `status ${status}, a redirect to ${where}, which is not followed with a credential`;
}
