import { asObject, type Secret } from "@imagecred/protocol";

/** An OAuth 2.0 access token, which is what Google's registries take as a password. */
export interface AccessToken {
  readonly token: Secret;
  /** Milliseconds since the epoch; `"do-not-cache"` where the issuer did not say. */
  readonly expiresAt: number | "do-not-cache";
}

/** The scope that reading from both kinds of registry needs at least to be contained in. */
export const CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform";

/** When a token ends that came with an `expires_in` (RFC 6749 section 5.1: seconds, optional). @param now milliseconds */
export function expiryOf(document: unknown, now: number): AccessToken["expiresAt"] {
  const expiresIn = asObject(document)?.["expires_in"];
  const seconds = typeof expiresIn === "string" ? Number.parseInt(expiresIn, 10) : expiresIn;
  return typeof seconds === "number" && Number.isFinite(seconds) ? now + seconds * 1000 : "do-not-cache";
}
