import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import {
  calculateJwkThumbprint,
  exportJWK,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  SignJWT,
} from "jose";
import { type Clock, epochSeconds } from "./clock.ts";
import { type TokenProblem, verifyToken } from "./jwt.ts";
import type { Secrets } from "./secrets.ts";

export interface ServiceAccountTokenOptions {
  /** `aud`: one or several. */
  readonly audience: string | readonly string[];
  readonly namespace?: string;
  readonly serviceAccount?: string;
  readonly pod?: string;
  /** Seconds from now; negative for a token that is already expired. Default 3600, the kubelet's. */
  readonly expiresIn?: number;
  /** Seconds from now at which it becomes valid. Default 0. */
  readonly validFrom?: number;
  /** Another `iss` than the cluster's. */
  readonly issuer?: string;
  /** `stranger` signs with a key that the cluster does not publish, under the key id of one that it does. */
  readonly signedBy?: "cluster" | "stranger";
}

/**
 * A Kubernetes API server as token issuer: makes bound service account tokens and publishes the keys with which the
 * clouds check them (https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/).
 */
export class Cluster {
  readonly issuer: string;
  readonly #clock: Clock;
  readonly #secrets: Secrets;
  #key: { readonly privateKey: KeyObject; readonly jwk: JWK } | undefined;
  #published: (() => Promise<JSONWebKeySet>) | undefined;

  constructor(issuer: string, clock: Clock, secrets: Secrets) {
    this.issuer = issuer;
    this.#clock = clock;
    this.#secrets = secrets;
  }

  /** A service account token (RS256 JWT) with the claims that kube-apiserver writes. */
  async issueServiceAccountToken(options: ServiceAccountTokenOptions): Promise<string> {
    const { namespace = "default", serviceAccount = "default", pod = "pod-1", expiresIn = 3600 } = options;
    const { privateKey, jwk } = await this.#signingKey();
    const now = epochSeconds(this.#clock());
    const token = await new SignJWT({
      aud: typeof options.audience === "string" ? [options.audience] : [...options.audience],
      exp: now + expiresIn,
      iat: now,
      iss: options.issuer ?? this.issuer,
      jti: randomUUID(),
      "kubernetes.io": {
        namespace,
        node: { name: "node-1", uid: randomUUID() },
        pod: { name: pod, uid: randomUUID() },
        serviceaccount: { name: serviceAccount, uid: randomUUID() },
      },
      nbf: now + (options.validFrom ?? 0),
      sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
    })
      .setProtectedHeader({ alg: "RS256", kid: jwk.kid ?? "" })
      .sign(options.signedBy === "stranger" ? rsaKey() : privateKey);
    return this.#secrets.register("kubernetes.serviceAccountToken", token);
  }

  /** The issuer's published keys (`/openid/v1/jwks`). */
  async keys(): Promise<JSONWebKeySet> {
    return (await this.#published?.()) ?? { keys: [(await this.#signingKey()).jwk] };
  }

  /**
   * From now on a real API server issues the tokens, with the same issuer.
   * @param keys fetches what it publishes; asked for every token, as a cloud whose cache is empty does
   */
  issuedBy(keys: () => Promise<JSONWebKeySet>): void {
    this.#published = keys;
  }

  /** Checks a token as a cloud does: issuer, key, signature, time, audience. Gives its claims, or what is wrong. */
  async verify(token: string, audiences: readonly string[]): Promise<JWTPayload | TokenProblem> {
    if (token !== "") this.#secrets.register("kubernetes.serviceAccountToken", token);
    return await verifyToken(token, {
      keys: await this.keys(),
      issuer: this.issuer,
      audiences,
      now: this.#clock(),
    });
  }

  async #signingKey(): Promise<{ readonly privateKey: KeyObject; readonly jwk: JWK }> {
    if (this.#key === undefined) {
      const privateKey = rsaKey();
      const jwk = await exportJWK(createPublicKey(privateKey));
      this.#key = {
        privateKey,
        jwk: { ...jwk, alg: "RS256", use: "sig", kid: await calculateJwkThumbprint(jwk) },
      };
    }
    return this.#key;
  }
}

function rsaKey(): KeyObject {
  return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
}
