import { randomUUID } from "node:crypto";
import type { JSONWebKeySet } from "jose";
import { type Clock, epochSeconds } from "../core/clock.ts";
import { IssuerKeys, type SigningAlgorithm } from "../core/issuer.ts";
import type { Issuers } from "../core/issuers.ts";
import type { PublishedIssuer } from "../core/oidc-documents.ts";
import type { Secrets } from "../core/secrets.ts";
import type { Principal } from "./iam.ts";
import { OUTBOUND_SUFFIX } from "./web-identity.ts";

/** The issuer that an account gets when its outbound identity federation is enabled. */
class AccountIssuer implements PublishedIssuer {
  readonly url: string;
  readonly jwksUri: string;
  readonly readable = true;
  readonly document = { id_token_signing_alg_values_supported: ["RS256", "ES384"] };
  readonly keys: () => Promise<JSONWebKeySet>;
  readonly pairs = new IssuerKeys();
  enabled = true;

  constructor(id: string) {
    this.url = `https://${id}${OUTBOUND_SUFFIX}`;
    this.jwksUri = `${this.url}/.well-known/jwks.json`;
    this.keys = () => this.pairs.published();
  }
}

export interface WebIdentityTokenRequest {
  readonly principal: Principal;
  readonly audiences: readonly string[];
  readonly algorithm: SigningAlgorithm;
  /** Token lifetime in seconds. */
  readonly seconds: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Region of the endpoint that received the request. */
  readonly region: string;
}

/**
 * Outbound identity federation: accounts as token issuers
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_getting_started.html).
 */
export class OutboundFederation {
  readonly #accounts = new Map<string, AccountIssuer>();
  readonly #issuers: Issuers;
  readonly #clock: Clock;
  readonly #secrets: Secrets;

  constructor(issuers: Issuers, clock: Clock, secrets: Secrets) {
    this.#issuers = issuers;
    this.#clock = clock;
    this.#secrets = secrets;
  }

  /** EnableOutboundWebIdentityFederation. @returns the account's issuer */
  enable(account: string): string {
    const known = this.#accounts.get(account);
    const issuer = known ?? new AccountIssuer(`${account.slice(-8)}-bbbb-4ccc-8ddd-${account}`);
    issuer.enabled = true;
    this.#accounts.set(account, issuer);
    this.#issuers.add(issuer);
    return issuer.url;
  }

  /** DisableOutboundWebIdentityFederation: existing tokens stay valid. */
  disable(account: string): void {
    const issuer = this.#accounts.get(account);
    if (issuer !== undefined) issuer.enabled = false;
  }

  isEnabled(account: string): boolean {
    return this.#accounts.get(account)?.enabled === true;
  }

  get published(): readonly PublishedIssuer[] {
    return [...this.#accounts.values()];
  }

  /** The JWT of a principal (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html). */
  async issue(
    request: WebIdentityTokenRequest,
  ): Promise<{ readonly token: string; readonly expiresAt: number }> {
    const { principal, audiences, algorithm, seconds, tags } = request;
    const issuer = this.#accounts.get(principal.account);
    if (issuer === undefined) throw new Error(`account ${principal.account} has no issuer`);
    const now = epochSeconds(this.#clock());
    const [only, ...others] = audiences;
    const claims = {
      iss: issuer.url,
      aud: only !== undefined && others.length === 0 ? only : [...audiences],
      sub: principal.iamArn,
      iat: now,
      exp: now + seconds,
      jti: randomUUID(),
      "https://sts.amazonaws.com/": {
        aws_account: principal.account,
        principal_id: principal.iamArn,
        source_region: request.region,
        ...(Object.keys(tags).length === 0 ? {} : { request_tags: tags }),
      },
    };
    const token = await issuer.pairs.sign(claims, { algorithm, header: { typ: "JWT" } });
    return {
      token: this.#secrets.register("aws.webIdentityToken", token),
      expiresAt: (now + seconds) * 1000,
    };
  }
}
