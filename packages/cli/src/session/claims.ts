/** The claims of a JSON Web Token that are safe to show: issuer, subject, audience, tenant and expiry. Never its signature. */
export interface Claims {
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
  readonly audiences: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
  readonly issuedAt: number | undefined;
  /** Entra tenant. */
  readonly tenant: string | undefined;
  /** This and the following are from the kubernetes.io claim of a service account token. */
  readonly namespace: string | undefined;
  readonly serviceAccount: string | undefined;
  readonly serviceAccountUid: string | undefined;
  readonly pod: string | undefined;
  readonly podUid: string | undefined;
}

/** Decodes a token's claims without checking its signature; undefined if it is not a JSON Web Token (RFC 7519). */
export function decodeClaims(token: string): Claims | undefined {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  const header = decodePart(parts[0] ?? "");
  const payload = decodePart(parts[1] ?? "");
  if (header === undefined || payload === undefined || typeof header["alg"] !== "string") return undefined;
  const kubernetes = objectIn(payload, "kubernetes.io");
  const account = objectIn(kubernetes, "serviceaccount");
  const pod = objectIn(kubernetes, "pod");
  const audience = payload["aud"];
  return {
    issuer: text(payload["iss"]),
    subject: text(payload["sub"]),
    audiences: (Array.isArray(audience) ? audience : [audience]).filter((one) => typeof one === "string"),
    expiresAt: milliseconds(payload["exp"]),
    issuedAt: milliseconds(payload["iat"]),
    tenant: text(payload["tid"]) ?? text(payload["tenant"]),
    namespace: text(kubernetes["namespace"]),
    serviceAccount: text(account["name"]),
    serviceAccountUid: text(account["uid"]),
    pod: text(pod["name"]),
    podUid: text(pod["uid"]),
  };
}

function decodePart(part: string): Record<string, unknown> | undefined {
  if (!/^[\w-]+$/.test(part)) return undefined;
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (one) =>
      one.charCodeAt(0),
    );
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Not base64url or not JSON: not a token.
    return undefined;
  }
}

function objectIn(of: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = of[key];
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function milliseconds(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value * 1000 : undefined;
}
