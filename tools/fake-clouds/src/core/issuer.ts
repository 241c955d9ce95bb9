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

/** A token issuer, as seen by services that accept its tokens. */
export interface TokenIssuer {
  /** Its exact `iss`. */
  readonly url: string;
  /** False if the discovery documents are not public: an API server on a private network. */
  readonly readable: boolean;
  /** Its published keys (the JWKS document). */
  keys(): Promise<JSONWebKeySet>;
}

/** Creates and publishes an issuer's key pairs: one for each algorithm, created on first use. */
export class IssuerKeys {
  readonly #keys = new Map<
    SigningAlgorithm,
    Promise<{ readonly privateKey: KeyObject; readonly jwk: JWK }>
  >();

  /**
   * Signs a JWT with the issuer's key.
   * @param signedBy `stranger`: with an unpublished key, but a published key's id
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

  /** The public keys of RS256 and of all algorithms used so far. */
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
