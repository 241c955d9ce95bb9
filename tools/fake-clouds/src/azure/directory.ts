import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  X509Certificate,
} from "node:crypto";
import { calculateJwkThumbprint, exportJWK, type JWK, type JWTPayload, SignJWT } from "jose";
import { type Clock, epochSeconds } from "../core/clock.ts";
import { claimsOf, TokenProblem, verifyToken } from "../core/jwt.ts";
import type { Secrets } from "../core/secrets.ts";
import { type AzureCloud, CLOUDS } from "./clouds.ts";

/** A trust in tokens of another issuer (https://learn.microsoft.com/entra/workload-id/workload-identity-federation). */
export interface FederatedCredential {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

export interface AppOptions {
  /** Id of the tenant that it is registered in. */
  readonly tenant: string;
  readonly name: string;
  readonly clientId?: string;
  /** Client secrets, with the time (ms since 1970) at which each ends, when it does. */
  readonly secrets?: readonly { readonly value: string; readonly endsAt?: number }[];
  /** Registered certificates, PEM. */
  readonly certificates?: readonly string[];
  readonly federated?: readonly FederatedCredential[];
}

/** An application with its service principal, or a managed identity (which has no credentials). */
export interface App {
  readonly tenant: string;
  readonly name: string;
  /** Application (client) id. */
  readonly clientId: string;
  /** Object (principal) id. */
  readonly objectId: string;
  readonly secrets: readonly { readonly value: string; readonly endsAt?: number }[];
  /** By base64url SHA-256 of the DER certificate, as `x5t#S256` has it. */
  readonly certificates: ReadonlyMap<string, X509Certificate>;
  readonly federated: readonly FederatedCredential[];
}

export interface AccessTokenRequest {
  readonly app: App;
  /** `aud` */
  readonly resource: string;
  /** Seconds; default 86400, what managed identities get. */
  readonly expiresIn?: number;
}

/** Microsoft Entra ID's data: tenants, applications, and the key that access tokens are signed with. */
export class Directory {
  readonly #clock: Clock;
  readonly #secrets: Secrets;
  readonly #tenants = new Map<string, AzureCloud>();
  readonly #apps: App[] = [];
  #key: { readonly privateKey: KeyObject; readonly jwk: JWK } | undefined;

  constructor(clock: Clock, secrets: Secrets) {
    this.#clock = clock;
    this.#secrets = secrets;
  }

  addTenant(id: string, cloud: AzureCloud): string {
    this.#tenants.set(id.toLowerCase(), cloud);
    return id;
  }

  /** The cloud that a tenant lives in; undefined for an unknown one. */
  cloudOf(tenant: string): AzureCloud | undefined {
    return this.#tenants.get(tenant.toLowerCase());
  }

  /** Registers an application. Its secrets are noted as such. */
  addApp(options: AppOptions): App {
    const {
      tenant,
      name,
      clientId = randomUUID(),
      secrets = [],
      certificates = [],
      federated = [],
    } = options;
    if (this.cloudOf(tenant) === undefined) throw new Error(`the fake Entra has no tenant ${tenant}`);
    for (const { value } of secrets) this.#secrets.register("azure.clientSecret", value);
    const parsed = certificates.map((pem) => new X509Certificate(pem));
    const app: App = {
      tenant,
      name,
      clientId,
      objectId: randomUUID(),
      secrets,
      certificates: new Map(parsed.map((certificate) => [sha256Thumbprint(certificate), certificate])),
      federated,
    };
    this.#apps.push(app);
    return app;
  }

  /** An application of this tenant. */
  app(tenant: string, clientId: string): App | undefined {
    return this.#apps.find(
      (app) => app.tenant.toLowerCase() === tenant.toLowerCase() && sameId(app.clientId, clientId),
    );
  }

  /** An application by its client id in whichever tenant. */
  appAnywhere(clientId: string): App | undefined {
    return this.#apps.find((app) => sameId(app.clientId, clientId));
  }

  /** A v1.0 access token (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference). */
  async issueAccessToken({ app, resource, expiresIn = 86_400 }: AccessTokenRequest): Promise<string> {
    const { privateKey, jwk } = await this.#signingKey();
    const now = epochSeconds(this.#clock());
    const token = await new SignJWT({
      aud: resource,
      iss: this.#issuer(app.tenant),
      iat: now,
      nbf: now,
      exp: now + expiresIn,
      appid: app.clientId,
      appidacr: "2",
      idp: this.#issuer(app.tenant),
      idtyp: "app",
      oid: app.objectId,
      sub: app.objectId,
      tid: app.tenant,
      uti: randomUUID(),
      ver: "1.0",
    })
      .setProtectedHeader({ typ: "JWT", alg: "RS256", kid: jwk.kid ?? "" })
      .sign(privateKey);
    return this.#secrets.register("azure.accessToken", token);
  }

  /** Checks an access token as a resource does: tenant known, signature, time, audience. */
  async verifyAccessToken(token: string, audience: string): Promise<JWTPayload | TokenProblem> {
    const tenant = claimsOf(token)["tid"];
    if (typeof tenant !== "string" || this.cloudOf(tenant) === undefined)
      return new TokenProblem("wrong-issuer", {});
    const issuer = this.#issuer(tenant);
    return verifyToken(token, {
      keys: await this.keys(),
      issuer,
      audiences: [audience],
      now: this.#clock(),
    });
  }

  /** The published keys (`discovery/v2.0/keys`). */
  async keys(): Promise<{ keys: JWK[] }> {
    return { keys: [(await this.#signingKey()).jwk] };
  }

  #issuer(tenant: string): string {
    return `${CLOUDS[this.cloudOf(tenant) ?? "public"].issuer}${tenant}/`;
  }

  async #signingKey(): Promise<{ readonly privateKey: KeyObject; readonly jwk: JWK }> {
    if (this.#key === undefined) {
      const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const jwk = await exportJWK(createPublicKey(privateKey));
      this.#key = {
        privateKey,
        jwk: { ...jwk, alg: "RS256", use: "sig", kid: await calculateJwkThumbprint(jwk) },
      };
    }
    return this.#key;
  }
}

export function sha256Thumbprint(certificate: X509Certificate): string {
  return createHash("sha256").update(certificate.raw).digest("base64url");
}

function sameId(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
