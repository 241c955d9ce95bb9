import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  calculateJwkThumbprint,
  exportJWK,
  type JSONWebKeySet,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from "jose";

/** Signature algorithms that the clouds' issuers use. */
export type SigningAlgorithm = "RS256" | "ES384";

/** Where tokens of other issuers come from, as far as those who accept them need to know. */
export interface TokenIssuer {
  /** Its `iss`, to the letter. */
  readonly url: string;
  /** False where the discovery documents cannot be read from outside: an API server on a private network. */
  readonly readable: boolean;
  /** Its published keys (the JWKS document). */
  keys(): Promise<JSONWebKeySet>;
}

/** Makes and publishes the key pairs of an issuer: one for each algorithm, made when it is first needed. */
export class IssuerKeys {
  readonly #keys = new Map<
    SigningAlgorithm,
    Promise<{ readonly privateKey: KeyObject; readonly jwk: JWK }>
  >();

  /**
   * Signs a JWT with the issuer's key.
   * @param signedBy `stranger`: with a key that is not published, under the key id of one that is
   */
  async sign(
    claims: JWTPayload,
    {
      algorithm = "RS256",
      header = {},
      signedBy = "issuer",
    }: {
      readonly algorithm?: SigningAlgorithm;
      readonly header?: Partial<JWTHeaderParameters>;
      readonly signedBy?: "issuer" | "stranger";
    } = {},
  ): Promise<string> {
    const { privateKey, jwk } = await this.#pair(algorithm);
    return await new SignJWT(claims)
      .setProtectedHeader({ ...header, alg: algorithm, kid: jwk.kid ?? "" })
      .sign(signedBy === "stranger" ? newKey(algorithm) : privateKey);
  }

  /** The public keys of all algorithms that were used so far, and of RS256. */
  async published(): Promise<JSONWebKeySet> {
    await this.#pair("RS256");
    const pairs = await Promise.all(this.#keys.values());
    return { keys: pairs.map(({ jwk }) => jwk) };
  }

  #pair(algorithm: SigningAlgorithm): Promise<{ readonly privateKey: KeyObject; readonly jwk: JWK }> {
    let pair = this.#keys.get(algorithm);
    if (pair === undefined) {
      pair = newPair(algorithm);
      this.#keys.set(algorithm, pair);
    }
    return pair;
  }
}

async function newPair(algorithm: SigningAlgorithm) {
  const privateKey = newKey(algorithm);
  const jwk = await exportJWK(createPublicKey(privateKey));
  return { privateKey, jwk: { ...jwk, alg: algorithm, use: "sig", kid: await calculateJwkThumbprint(jwk) } };
}

function newKey(algorithm: SigningAlgorithm): KeyObject {
  return algorithm === "RS256"
    ? generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey
    : generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
}
