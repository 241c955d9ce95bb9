/**
 * The claims of a JWT, unchecked: we look at our own tokens' expiry and tenant, and whoever receives them checks them.
 * Empty for what is not a JWT.
 */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const payload = token.split(".")[1];
  if (payload === undefined) return {};
  try {
    // Characters beyond ASCII come out one per byte, which does not matter to the claims that we read.
    const claims: unknown = JSON.parse(atob(base64(payload)));
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Base64 of base64url (RFC 4648 section 5), with its padding. */
function base64(base64url: string): string {
  const standard = base64url.replaceAll("-", "+").replaceAll("_", "/");
  return standard.padEnd(Math.ceil(standard.length / 4) * 4, "=");
}
