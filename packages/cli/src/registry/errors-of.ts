import type { TransportResponse } from "@imagecred/protocol";

/** Maximum length of a registry's message in characters. */
const LONGEST = 400;

/**
 * The message in a registry's error response, in parentheses after a space (OCI distribution specification, "Error Codes";
 * RFC 6749 section 5.2 for token services); empty if there is none.
 */
export function errorsOf(response: TransportResponse): string {
  try {
    const body = JSON.parse(new TextDecoder().decode(response.body)) as Record<string, unknown>;
    const errors = Array.isArray(body["errors"]) ? (body["errors"] as Record<string, unknown>[]) : [];
    const texts = errors.map(({ code, message }) =>
      [code, message].filter((one) => typeof one === "string").join(" "),
    );
    if (texts.length > 0) return ` (${texts.join("; ").slice(0, LONGEST)})`;
    const oauth = [body["error"], body["error_description"]]
      .filter((one) => typeof one === "string")
      .join(" ");
    return oauth === "" ? "" : ` (${oauth.slice(0, LONGEST)})`;
  } catch {
    return "";
  }
}
