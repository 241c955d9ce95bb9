import { fromBase64 } from "./from-base64.ts";
import { asObject, type JsonObject } from "./http/json.ts";
import { expiryByClock } from "./wire/cache-duration.ts";

/**
 * The claims of a JWT, without checking its signature: for the expiry and the tenant of our own tokens, whose recipient
 * checks it. Empty if the text is not a JWT.
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

/**
 * When a JWT expires, in milliseconds since the epoch by this machine's clock: its `exp`, or earlier if the clock is slow
 * (now plus the lifetime since `iat` or `nbf`). Undefined if the text is not a JWT or has no `exp`.
 * @param now milliseconds since the epoch
 */
export function jwtExpiry(token: string, now: number): number | undefined {
  const { exp, iat, nbf } = claimsOf(token);
  const expiresAt = milliseconds(exp);
  return expiresAt === undefined
    ? undefined
    : expiryByClock(expiresAt, milliseconds(iat) ?? milliseconds(nbf), now);
}

/** NumericDate (RFC 7519 section 2): seconds since the epoch. */
function milliseconds(date: unknown): number | undefined {
  return typeof date === "number" && Number.isFinite(date) && date > 0 ? date * 1000 : undefined;
}
