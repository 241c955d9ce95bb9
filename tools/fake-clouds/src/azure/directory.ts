import { createHash, randomUUID, X509Certificate } from "node:crypto";
import type { JSONWebKeySet, JWTPayload } from "jose";
import { type Clock, epochSeconds } from "../core/clock.ts";
import { IssuerKeys } from "../core/issuer.ts";
import type { Issuers } from "../core/issuers.ts";
import { claimsOf, TokenProblem, verifyToken } from "../core/jwt.ts";
import type { Secrets } from "../core/secrets.ts";
import { ADFS_HOST, type AzureCloud, CLOUDS } from "./clouds.ts";

/** A federated credential: trust in another issuer's tokens (https://learn.microsoft.com/entra/workload-id/workload-identity-federation). */
export interface FederatedCredential {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

export interface AppOptions {
  /** Id of its home tenant. */
  readonly tenant: string;
  readonly name: string;
  readonly clientId?: string;
  /** Default: generated. */
  readonly objectId?: string;
  /** Client secrets, with an optional expiry (ms since 1970). */
  readonly secrets?: readonly { readonly value: string; readonly endsAt?: number }[];
  /** Registered certificates, PEM. */
  readonly certificates?: readonly string[];
  readonly federated?: readonly FederatedCredential[];
  /** `signInAudience: AzureADMultipleOrgs`: it can have service principals in other tenants. Default false. */
  readonly multitenant?: boolean;
  /** True for a managed identity. Only its tokens can be other applications' credentials. Default false. */
  readonly managed?: boolean;
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
  /** By base64url SHA-256 of the DER certificate, as in `x5t#S256`. */
  readonly certificates: ReadonlyMap<string, X509Certificate>;
  /** Add to it while the fakes run. */
  readonly federated: FederatedCredential[];
  readonly multitenant: boolean;
  readonly managed: boolean;
}

/** A resource that tokens are issued for. */
export interface Resource {
  /** `aud` of its tokens. */
  readonly audience: string;
  /** Version of its tokens. */
  readonly version: 1 | 2;
}

export interface AccessTokenRequest {
  readonly app: App;
  /** Application id URI, or client id, of the resource. */
  readonly resource: string;
  /** Tenant of its service principal. Default the application's own. */
  readonly tenant?: string;
  /** Seconds; default 86400, as for managed identities. */
  readonly expiresIn?: number;
}

/** Microsoft Entra ID's data: tenants, applications, and the signing key of access tokens. */
export class Directory {
  readonly #clock: Clock;
  readonly #secrets: Secrets;
  readonly #tenants = new Map<string, AzureCloud>();
  readonly #apps: App[] = [];
  /** Object ids of service principals outside the application's tenant, by `clientId tenant`. */
  readonly #principals = new Map<string, string>();
  readonly #resources = new Map<string, Resource>();
  readonly #keys = new IssuerKeys();
  readonly #issuers: Issuers | undefined;

  /** @param issuers receives every tenant, so that others can accept its tokens */
  constructor(clock: Clock, secrets: Secrets, issuers?: Issuers) {
    this.#clock = clock;
    this.#secrets = secrets;
    this.#issuers = issuers;
  }

  addTenant(id: string, cloud: AzureCloud): string {
    this.#tenants.set(id.toLowerCase(), cloud);
    for (const version of [1, 2] as const) {
      this.#issuers?.add({ url: this.issuer(id, version), readable: true, keys: () => this.keys() });
    }
    return id;
  }

  /** Registers an application id URI. An unregistered resource is its own audience, with version 1.0 tokens. */
  addResource(uri: string, resource: Resource): void {
    this.#resources.set(uri.toLowerCase(), resource);
  }

  /** A tenant's registered resource for a URI; undefined if unknown. */
  resource(uri: string, tenant: string): Resource | undefined {
    return this.#resources.get(uri.toLowerCase()) ?? this.#exchangeResource(uri, tenant);
  }

  /**
   * The resource whose tokens serve as other applications' credentials; its application id is the audience
   * (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity).
   */
  #exchangeResource(uri: string, tenant: string): Resource | undefined {
    const { tokenExchange } = CLOUDS[this.cloudOf(tenant) ?? "public"];
    return uri.toLowerCase() === tokenExchange.toLowerCase()
      ? { audience: TOKEN_EXCHANGE_APP, version: 2 }
      : undefined;
  }

  /** Installs a multitenant application in another tenant (`az ad sp create --id CLIENT_ID`). */
  addServicePrincipal(app: App, tenant: string): void {
    if (!app.multitenant) throw new Error(`the application ${app.name} is not multitenant`);
    this.#principals.set(`${app.clientId} ${tenant}`.toLowerCase(), randomUUID());
  }

  /** The cloud of a tenant; undefined if unknown. */
  cloudOf(tenant: string): AzureCloud | undefined {
    return this.#tenants.get(tenant.toLowerCase());
  }

  /** Registers an application, and replaces one with the same client id. Its secrets are added to the list of secrets. */
  addApp(options: AppOptions): App {
    const {
      tenant,
      name,
      clientId = randomUUID(),
      objectId = randomUUID(),
      secrets = [],
      certificates = [],
      federated = [],
      multitenant = false,
      managed = false,
    } = options;
    if (this.cloudOf(tenant) === undefined) throw new Error(`the fake Entra has no tenant ${tenant}`);
    for (const { value } of secrets) this.#secrets.register("azure.clientSecret", value);
    const parsed = certificates.map((pem) => new X509Certificate(pem));
    const app: App = {
      tenant,
      name,
      clientId,
      objectId,
      secrets,
      certificates: new Map(parsed.map((certificate) => [sha256Thumbprint(certificate), certificate])),
      federated: [...federated],
      multitenant,
      managed,
    };
    const known = this.#apps.findIndex((each) => sameId(each.clientId, clientId) && each.tenant === tenant);
    if (known >= 0) this.#apps.splice(known, 1);
    this.#apps.push(app);
    return app;
  }

  /** An application with a service principal in this tenant: registered or installed there. */
  app(tenant: string, clientId: string): App | undefined {
    return this.#apps.find(
      (app) => sameId(app.clientId, clientId) && this.#objectId(app, tenant) !== undefined,
    );
  }

  #objectId(app: App, tenant: string): string | undefined {
    return app.tenant.toLowerCase() === tenant.toLowerCase()
      ? app.objectId
      : this.#principals.get(`${app.clientId} ${tenant}`.toLowerCase());
  }

  /** An application by its client id, in any tenant. */
  appAnywhere(clientId: string): App | undefined {
    return this.#apps.find((app) => sameId(app.clientId, clientId));
  }

  /** An access token in the version that the resource requires (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference). */
  async issueAccessToken({
    app,
    resource,
    tenant = app.tenant,
    expiresIn = 86_400,
  }: AccessTokenRequest): Promise<string> {
    const { audience, version } = this.resource(resource, tenant) ?? { audience: resource, version: 1 };
    const now = epochSeconds(this.#clock());
    const objectId = this.#objectId(app, tenant);
    const common = {
      aud: audience,
      iss: this.issuer(tenant, version),
      iat: now,
      nbf: now,
      exp: now + expiresIn,
      idtyp: "app",
      oid: objectId,
      sub: String(objectId),
      tid: tenant,
      uti: randomUUID(),
      ver: `${version}.0`,
      ...(app.managed ? { xms_mirid: `/subscriptions/-/managed-identities/${app.name}` } : {}),
    };
    const client =
      version === 1
        ? { appid: app.clientId, appidacr: "2", idp: this.issuer(tenant, 1) }
        : { azp: app.clientId, azpacr: "2" };
    const token = await this.#keys.sign({ ...common, ...client }, { header: { typ: "JWT" } });
    return this.#secrets.register("azure.accessToken", token);
  }

  /** Checks an access token as a resource does: known tenant, signature, time, audience. */
  async verifyAccessToken(token: string, audience: string): Promise<JWTPayload | TokenProblem> {
    const tenant = claimsOf(token)["tid"];
    if (typeof tenant !== "string" || this.cloudOf(tenant) === undefined)
      return new TokenProblem("wrong-issuer", {});
    const issuer = this.issuer(tenant, 1);
    return verifyToken(token, {
      keys: await this.keys(),
      issuer,
      audiences: [audience],
      now: this.#clock(),
    });
  }

  /** The published keys (`discovery/v2.0/keys`). */
  keys(): Promise<JSONWebKeySet> {
    return this.#keys.published();
  }

  /** `iss` of a tenant's tokens, by token version. */
  issuer(tenant: string, version: 1 | 2): string {
    const { issuer, login } = CLOUDS[this.cloudOf(tenant) ?? "public"];
    if (tenant === "adfs") return `https://${ADFS_HOST}/adfs`;
    return version === 1 ? `${issuer}${tenant}/` : `https://${login[0]}/${tenant}/v2.0`;
  }
}

/** Application id of `api://AzureADTokenExchange`, the same in every tenant. */
export const TOKEN_EXCHANGE_APP = "fb60f99c-7a34-4190-8149-302f77469936";

/** Reports whether a URI is a cloud's token exchange audience. */
export function isExchangeUri(uri: string): boolean {
  return /^api:\/\/AzureADTokenExchange(USGov|China)?$/i.test(uri);
}

export function sha256Thumbprint(certificate: X509Certificate): string {
  return createHash("sha256").update(certificate.raw).digest("base64url");
}

function sameId(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
