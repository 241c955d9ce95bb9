import { asObject, type Secret } from "@imagecred/protocol";

/** An OAuth 2.0 access token, which Google's registries accept as a password. */
export interface AccessToken {
  readonly token: Secret;
  /** Milliseconds since the epoch; `"do-not-cache"` if the issuer did not set it. */
  readonly expiresAt: number | "do-not-cache";
}

/** A scope that includes reading from both kinds of registry. */
export const CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform";

/** A token's expiry from `expires_in` (RFC 6749 section 5.1: seconds, optional). @param now milliseconds since the epoch */
export function expiryOf(document: unknown, now: number): AccessToken["expiresAt"] {
  const expiresIn = asObject(document)?.["expires_in"];
  const seconds = typeof expiresIn === "string" ? Number.parseInt(expiresIn, 10) : expiresIn;
  return typeof seconds === "number" && Number.isFinite(seconds) ? now + seconds * 1000 : "do-not-cache";
}
