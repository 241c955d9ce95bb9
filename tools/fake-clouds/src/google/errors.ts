import { json, type Reply } from "../core/exchange.ts";

/** An error of Google's OAuth endpoints (RFC 6749 section 5.2). */
export function oauthError(status: number, error: string, description: string): Reply {
  return json(status, { error, error_description: description });
}

/** An error of a Google API (https://google.aip.dev/193). */
export function apiError(code: number, status: string, message: string): Reply {
  return json(code, { error: { code, message, status } });
}
