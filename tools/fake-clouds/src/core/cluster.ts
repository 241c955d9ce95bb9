import { randomUUID } from "node:crypto";
import type { JSONWebKeySet, JWTPayload } from "jose";
import { type Clock, epochSeconds } from "./clock.ts";
import { IssuerKeys } from "./issuer.ts";
import { type TokenProblem, verifyToken } from "./jwt.ts";
import type { PublishedIssuer } from "./oidc-documents.ts";
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
  /** Replaces the cluster's `iss`. */
  readonly issuer?: string;
  /** `stranger` signs with a key that the cluster does not publish, but with a published key's id. */
  readonly signedBy?: "cluster" | "stranger";
}

/**
 * A Kubernetes API server as token issuer: issues bound service account tokens and publishes the keys that the
 * clouds check them with (https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/).
 */
export class Cluster implements PublishedIssuer {
  readonly issuer: string;
  readonly readable: boolean;
  readonly jwksUri: string;
  readonly #clock: Clock;
  readonly #secrets: Secrets;
  readonly #keys = new IssuerKeys();
  #published: (() => Promise<JSONWebKeySet>) | undefined;

  /**
   * @param issuer its `iss`
   * @param readable whether the internet can read its discovery documents
   */
  constructor(issuer: string, clock: Clock, secrets: Secrets, readable = true) {
    this.issuer = issuer;
    this.readable = readable;
    // As in kube-apiserver; EKS and GKE differ only in the last segments.
    this.jwksUri = `${issuer.replace(/\/$/, "")}/openid/v1/jwks`;
    this.#clock = clock;
    this.#secrets = secrets;
  }

  /** The same as the issuer, for the common interface. */
  get url(): string {
    return this.issuer;
  }

  /** A service account token (RS256 JWT) with the claims that kube-apiserver writes. */
  async issueServiceAccountToken(options: ServiceAccountTokenOptions): Promise<string> {
    const { namespace = "default", serviceAccount = "default", pod = "pod-1", expiresIn = 3600 } = options;
    const now = epochSeconds(this.#clock());
    const claims = {
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
    };
    const signedBy = options.signedBy === "stranger" ? "stranger" : "issuer";
    const token = await this.#keys.sign(claims, { signedBy });
    return this.#secrets.register("kubernetes.serviceAccountToken", token);
  }

  /** The issuer's published keys (`/openid/v1/jwks`). */
  async keys(): Promise<JSONWebKeySet> {
    return (await this.#published?.()) ?? (await this.#keys.published());
  }

  /**
   * From now on a real API server issues the tokens, with the same issuer.
   * @param keys fetches its published keys; called for every token, like a cloud with an empty cache
   */
  issuedBy(keys: () => Promise<JSONWebKeySet>): void {
    this.#published = keys;
  }

  /** Checks a token as a cloud does: issuer, key, signature, time, audience. Returns its claims, or the error. */
  async verify(token: string, audiences: readonly string[]): Promise<JWTPayload | TokenProblem> {
    if (token !== "") this.#secrets.register("kubernetes.serviceAccountToken", token);
    return await verifyToken(token, {
      keys: await this.keys(),
      issuer: this.issuer,
      audiences,
      now: this.#clock(),
    });
  }
}
