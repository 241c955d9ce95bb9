import { fromBase64 } from "./encoding.ts";
import { asObject, type JsonObject } from "./http/json.ts";

/**
 * The claims of a JWT, without checking its signature: for the expiry and the tenant of our own tokens, which their
 * recipient verifies. Empty for what is not a JWT.
 */
export function claimsOf(token: string): JsonObject {
  const payload = token.split(".")[1];
  if (payload === undefined) return {};
  try {
    return asObject(JSON.parse(new TextDecoder().decode(fromBase64(payload)))) ?? {};
  } catch {
    return {};
  }
}
