import { epochSeconds } from "../core/clock.ts";
import type { Core } from "../core/core.ts";
import { IssuerKeys } from "../core/issuer.ts";
import type { PublishedIssuer } from "../core/oidc-documents.ts";
import type { Accounts } from "./accounts.ts";

/** Google as the issuer of identity tokens: `https://accounts.google.com`. */
export class IdentityTokens implements PublishedIssuer {
  readonly url = "https://accounts.google.com";
  readonly jwksUri = "https://www.googleapis.com/oauth2/v3/certs";
  readonly readable = true;
  readonly #pairs = new IssuerKeys();
  readonly #core: Core;
  readonly #accounts: Accounts;

  constructor(core: Core, accounts: Accounts) {
    this.#core = core;
    this.#accounts = accounts;
    core.issuers.add(this);
  }

  keys() {
    return this.#pairs.published();
  }

  /**
   * An instance's identity token for one of its service accounts, valid for an hour
   * (https://cloud.google.com/compute/docs/instances/verifying-instance-identity#token_format).
   */
  async issue(
    email: string,
    { audience, full, instance, expiresIn = 3600 }: IdentityTokenOptions,
  ): Promise<string> {
    const now = epochSeconds(this.#core.clock());
    const id = this.#accounts.uniqueId(email);
    const claims = {
      aud: audience,
      azp: id,
      exp: now + expiresIn,
      iat: now,
      iss: this.url,
      sub: id,
      ...(full
        ? {
            email,
            email_verified: true,
            google: {
              compute_engine: {
                instance_id: "4567890123456789012",
                instance_name: "node-1",
                project_id: instance.projectId,
                project_number: Number(instance.projectNumber),
                zone: "us-central1-a",
              },
            },
          }
        : {}),
    };
    const token = await this.#pairs.sign(claims, { header: { typ: "JWT" } });
    return this.#core.secrets.register("google.identityToken", token);
  }
}

export interface IdentityTokenOptions {
  readonly audience: string;
  /** `format=full`: with the instance's details and the account's email. */
  readonly full: boolean;
  readonly instance: { readonly projectId: string; readonly projectNumber: string };
  /** Seconds. Default 3600. */
  readonly expiresIn?: number;
}
