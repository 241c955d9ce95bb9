import { claimsOf, isToken, type Secret } from "@imagecred/protocol";

/** What a token says about itself, for a person who has to make another cloud trust it. Its signature is not looked at. */
export interface TokenFacts {
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
  /** The first, where there are several. */
  readonly audience: string | undefined;
  /** `azp`: whom the token was issued to. */
  readonly authorizedParty: string | undefined;
}

/** The facts of a JWT; all undefined for what is not one. */
export function tokenFacts(token: Secret): TokenFacts {
  const { iss, sub, aud, azp } = claimsOf(token.reveal());
  return {
    issuer: shown(iss),
    subject: shown(sub),
    audience: shown(Array.isArray(aud) ? aud[0] : aud),
    authorizedParty: shown(azp),
  };
}

/** As long as an ARN of a role with a path, and a claim of a token of a stranger no longer. */
const LONGEST = 300;

function shown(claim: unknown): string | undefined {
  return typeof claim === "string" && claim.length <= LONGEST && isToken(claim) ? claim : undefined;
}
