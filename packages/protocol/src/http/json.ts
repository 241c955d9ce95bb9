import { redact } from "../redact.ts";
import type { TransportResponse } from "./transport.ts";

/** Bytes of a body that are searched for secrets before its first words are quoted. */
const LOOKED_AT = 8 * 1024;

/** A JSON object as it was parsed: nothing is known about its fields yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The bytes (or text) as JSON; undefined for what is not JSON. Read the fields with {@link textAt}. */
export function parseJson(body: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

/** The bytes (or text) as a JSON object; undefined for everything else, arrays included. */
export function parseJsonObject(body: Uint8Array | string): JsonObject | undefined {
  return asObject(parseJson(body));
}

/** The value if it is a JSON object; undefined for arrays, null and everything else. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** The text at a path of own keys; undefined when something else is there, or nothing, or an empty text. */
export function textAt(document: unknown, ...path: readonly string[]): string | undefined {
  let value = document;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as JsonObject)[key];
  }
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The first 80 characters or so of a body of an unexpected format, redacted and quoted, for messages. */
export function bodyStart({ body }: Pick<TransportResponse, "body">): string {
  const text = excerpt(new TextDecoder().decode(body.subarray(0, LOOKED_AT)), 80);
  return text === "" ? "an empty body" : JSON.stringify(text);
}

/**
 * A foreign text for a message: redacted, on one line, and cut between two words where it is longer than `room`
 * characters.
 */
export function excerpt(text: string, room: number): string {
  const line = redact(text).replace(/\s+/g, " ").trim();
  if (line.length <= room) return line;
  const cut = line.slice(0, room);
  const space = cut.lastIndexOf(" ");
  // A text without spaces, such as a URL, is cut where the room ends.
  return `${space > room / 2 ? cut.slice(0, space) : cut}…`;
}

/**
 * The reason of the error for a redirect: the HTTP client never follows one, since the request carries a credential.
 * Undefined for every other status. Only the location's origin is told: its path and query may repeat what was sent.
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
