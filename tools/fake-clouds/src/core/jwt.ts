import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";

/** Reasons to reject a token, in the order of the checks. */
export class TokenProblem {
  readonly reason:
    | "malformed"
    | "unknown-key"
    | "bad-signature"
    | "wrong-issuer"
    | "wrong-audience"
    | "expired"
    | "not-yet-valid"
    | "unreadable-issuer"
    | "claims";
  /** The token's claims, verified or not; empty if it can't be read. */
  readonly claims: JWTPayload;

  constructor(reason: TokenProblem["reason"], claims: JWTPayload) {
    this.reason = reason;
    this.claims = claims;
  }
}

export interface TokenExpectation {
  readonly keys: JSONWebKeySet;
  readonly issuer: string;
  /** The token must have one of these. Undefined: any. */
  readonly audiences?: readonly string[];
  /** Default RS256. */
  readonly algorithms?: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Verifies a signed JWT. Returns its claims or the error. */
export async function verifyToken(
  token: string,
  expected: TokenExpectation,
): Promise<JWTPayload | TokenProblem> {
  const claims = claimsOf(token);
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(expected.keys), {
      algorithms: [...(expected.algorithms ?? ["RS256"])],
      issuer: expected.issuer,
      ...(expected.audiences === undefined ? {} : { audience: [...expected.audiences] }),
      currentDate: new Date(expected.now),
      requiredClaims: ["exp", "iat", "sub"],
    });
    return payload;
  } catch (error) {
    return new TokenProblem(reasonOf(error), claims);
  }
}

/** The unverified claims of a JWT; empty if they can't be read. */
export function claimsOf(token: string): JWTPayload {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? { ...claims } : {};
  } catch {
    return {};
  }
}

function reasonOf(error: unknown): TokenProblem["reason"] {
  if (error instanceof errors.JWTExpired) return "expired";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "bad-signature";
  if (error instanceof errors.JWKSNoMatchingKey) return "unknown-key";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "iss") return "wrong-issuer";
    if (error.claim === "aud") return "wrong-audience";
    return error.claim === "nbf" ? "not-yet-valid" : "claims";
  }
  return "malformed";
}
