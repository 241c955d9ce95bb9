import type { JWTPayload } from "jose";
import type { Clock } from "./clock.ts";
import type { SigningAlgorithm, TokenIssuer } from "./issuer.ts";
import { claimsOf, TokenProblem, verifyToken } from "./jwt.ts";
import type { Secrets } from "./secrets.ts";

/** A cloud's requirements for another issuer's token. */
export interface ForeignTokenExpectation {
  /** The only trusted issuer. */
  readonly issuer: string;
  /** The token must have one of these. Undefined: any, because a policy checks it later. */
  readonly audiences?: readonly string[];
  /** Default RS256 and ES384. */
  readonly algorithms?: readonly SigningAlgorithm[];
  /** Uploaded keys, used instead of the issuer's published ones. */
  readonly uploadedKeys?: Awaited<ReturnType<TokenIssuer["keys"]>>;
}

/** All issuers of the fakes by URL: every cloud verifies the others' tokens with the published keys. */
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
   * Checks a token as a cloud that trusts its issuer does: key, signature, issuer, time, audience. Returns its claims or
   * the error: `unreadable-issuer` if the issuer's documents cannot be read and no keys were uploaded.
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
