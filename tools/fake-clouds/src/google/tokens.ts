import { jwtVerify } from "jose";
import type { Core } from "../core/core.ts";
import { claimsOf } from "../core/jwt.ts";
import type { Accounts } from "./accounts.ts";
import type { Universe } from "./universes.ts";

export const CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform";

/** Holder, scopes and expiry of an access token. */
export interface Grant {
  /** `serviceAccount:EMAIL`, `user:EMAIL`, or a federated `principal://...`. */
  readonly principal: string;
  /** Other names of a federated identity in policies: the sets that it belongs to. */
  readonly sets?: readonly string[];
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** API domain of the universe that issued it. */
  readonly universe: string;
}

/** Issued access tokens. Opaque, like Google's, and about as long. */
export class Tokens {
  readonly #core: Core;
  readonly #accounts: Accounts;
  readonly #grants = new Map<string, Grant>();

  constructor(core: Core, accounts: Accounts) {
    this.#core = core;
    this.#accounts = accounts;
  }

  issue(grant: Grant): string {
    const token = this.#core.secrets.register(
      "google.accessToken",
      `ya29.c.c0ASRK0G${this.#core.secrets.issue("google.accessToken", 1000)}`,
    );
    this.#grants.set(token, grant);
    return token;
  }

  /** The current grant of a token in a universe; undefined if it is expired, made up or another universe's. */
  async check(token: string, universe: Universe): Promise<Grant | undefined> {
    const grant = this.#grants.get(token) ?? (await this.#selfSigned(token, universe));
    if (grant === undefined || grant.universe !== universe.domain) return undefined;
    return grant.expiresAt > this.#core.clock() ? grant : undefined;
  }

  /** A JWT signed by a service account itself, with a scope (https://google.aip.dev/auth/4111). */
  async #selfSigned(token: string, universe: Universe): Promise<Grant | undefined> {
    const claims = claimsOf(token);
    const { iss, sub, scope, exp, iat } = claims;
    if (typeof iss !== "string" || iss !== sub || typeof exp !== "number" || typeof iat !== "number") {
      return undefined;
    }
    if (typeof scope !== "string" || exp - iat > 3600) return undefined;
    for (const key of this.#accounts.keysOf(iss)) {
      const currentDate = new Date(this.#core.clock());
      const good = await jwtVerify(token, key, { algorithms: ["RS256"], currentDate }).catch(() => undefined);
      if (good === undefined) continue;
      const scopes = scope.split(" ");
      return {
        principal: `serviceAccount:${iss}`,
        scopes,
        expiresAt: exp * 1000,
        universe: universe.domain,
      };
    }
    return undefined;
  }
}
