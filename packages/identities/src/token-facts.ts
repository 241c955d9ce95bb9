import { claimsOf, isToken, type Secret } from "@imagecred/protocol";

/** A token's claims, for messages about how to make another cloud trust it. Its signature is not checked. */
export interface TokenFacts {
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
  /** The first, if there are several. */
  readonly audience: string | undefined;
  /** `azp`: the party that the token was issued to. */
  readonly authorizedParty: string | undefined;
}

/** The facts of a JWT; all undefined if it is not a JWT. */
export function tokenFacts(token: Secret): TokenFacts {
  const { iss, sub, aud, azp } = claimsOf(token.reveal());
  return {
    issuer: shown(iss),
    subject: shown(sub),
    audience: shown(Array.isArray(aud) ? aud[0] : aud),
    authorizedParty: shown(azp),
  };
}

/** Longest claim in a message: as long as the ARN of a role with a path. */
const LONGEST = 300;

function shown(claim: unknown): string | undefined {
  return typeof claim === "string" && claim.length <= LONGEST && isToken(claim) ? claim : undefined;
}
