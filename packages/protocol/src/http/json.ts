import type { TransportResponse } from "./transport.ts";

/** The body as JSON; undefined for what is not JSON. Answers are parsed, not trusted: read them with {@link readText}. */
export function jsonOf(response: TransportResponse): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(response.body));
  } catch {
    return undefined;
  }
}

/** The text at a path of keys; undefined when something else is there, or nothing, or an empty text. */
export function readText(document: unknown, ...path: readonly string[]): string | undefined {
  let value = document;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The first words of a body that is none of the formats expected, for messages. */
export function bodyStart(response: TransportResponse): string {
  const text = new TextDecoder().decode(response.body.subarray(0, 400)).replace(/\s+/g, " ").trim();
  if (text === "") return "an empty body";
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
