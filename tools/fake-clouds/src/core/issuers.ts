import type { JWTPayload } from "jose";
import type { Clock } from "./clock.ts";
import type { SigningAlgorithm, TokenIssuer } from "./issuer.ts";
import { claimsOf, TokenProblem, verifyToken } from "./jwt.ts";
import type { Secrets } from "./secrets.ts";

/** A cloud's requirements for a token of another issuer. */
export interface ForeignTokenExpectation {
  /** The one issuer that is trusted here. */
  readonly issuer: string;
  /** One of these must be among the token's. Undefined: any, because a policy looks at it later. */
  readonly audiences?: readonly string[];
  /** Default RS256 and ES384. */
  readonly algorithms?: readonly SigningAlgorithm[];
  /** Uploaded keys, which are used instead of those that the issuer publishes. */
  readonly uploadedKeys?: Awaited<ReturnType<TokenIssuer["keys"]>>;
}

/** All issuers of the fakes' world, by their URL: every cloud verifies the tokens of the others with the published keys. */
export class Issuers {
  readonly #clock: Clock;
  readonly #secrets: Secrets;
  readonly #known = new Map<string, TokenIssuer>();

  constructor(clock: Clock, secrets: Secrets) {
    this.#clock = clock;
    this.#secrets = secrets;
  }

  add(issuer: TokenIssuer): void {
    this.#known.set(issuer.url, issuer);
  }

  find(url: string): TokenIssuer | undefined {
    return this.#known.get(url);
  }

  /**
   * Checks a token as a cloud does that trusts its issuer: key, signature, issuer, time, audience. Gives its claims, or
   * what is wrong; `unreadable-issuer` where the issuer's documents cannot be read and no keys were uploaded.
   */
  async verify(token: string, expected: ForeignTokenExpectation): Promise<JWTPayload | TokenProblem> {
    if (token.length > 0) this.#secrets.register("token", token);
    const issuer = this.#known.get(expected.issuer);
    const keys = expected.uploadedKeys ?? (issuer?.readable === true ? await issuer.keys() : undefined);
    if (keys === undefined) return new TokenProblem("unreadable-issuer", claimsOf(token));
    const { audiences, algorithms = ["RS256", "ES384"] } = expected;
    return await verifyToken(token, {
      keys,
      issuer: expected.issuer,
      ...(audiences === undefined ? {} : { audiences }),
      algorithms,
      now: this.#clock(),
    });
  }
}
