import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { type Clock, epochSeconds } from "../core/clock.ts";
import { claimsOf } from "../core/jwt.ts";
import type { Secrets } from "../core/secrets.ts";

/** The holder of a registry's token: an application's client id, or anonymous. */
export type Holder = string | "anonymous";

export interface RegistryScope {
  readonly repository: string;
  readonly actions: readonly string[];
}

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const ISSUER = "Azure Container Registry";

/** The tokens that Azure Container Registry issues: refresh tokens (the password of `docker login`) and access tokens. */
export class RegistryTokens {
  readonly #clock: Clock;
  readonly #secrets: Secrets;
  #madeKeys: KeyPair | undefined;

  constructor(clock: Clock, secrets: Secrets) {
    this.#clock = clock;
    this.#secrets = secrets;
  }

  /** A refresh token for one registry. @param expiresIn seconds */
  async refreshToken(audience: string, holder: Holder, tenant: string, expiresIn: number): Promise<string> {
    const token = await this.#sign(
      {
        jti: randomUUID(),
        sub: holder,
        aud: audience,
        version: "1.0",
        grant_type: "refresh_token",
        appid: holder,
        tenant,
      },
      expiresIn,
    );
    return this.#secrets.register("azure.registryRefreshToken", token);
  }

  /** An access token for some repositories of one registry; valid for 75 minutes, as in ACR. */
  async accessToken(audience: string, holder: Holder, access: readonly RegistryScope[]): Promise<string> {
    const claims = {
      jti: randomUUID(),
      sub: holder,
      aud: audience,
      version: "1.0",
      grant_type: "access_token",
      access: access.map(({ repository, actions }) => ({ type: "repository", name: repository, actions })),
    };
    return this.#secrets.register("azure.registryAccessToken", await this.#sign(claims, 75 * 60));
  }

  /** The holder of a refresh token; undefined if it is malformed, expired, or for another registry. */
  async holderOf(token: string, audience: string): Promise<Holder | undefined> {
    return (await this.#verified(token, audience, "refresh_token"))
      ? String(claimsOf(token)["appid"])
      : undefined;
  }

  /** The permissions of an access token; undefined if this registry does not accept it. */
  async accessOf(token: string, audience: string): Promise<readonly RegistryScope[] | undefined> {
    if (!(await this.#verified(token, audience, "access_token"))) return undefined;
    const access = claimsOf(token)["access"] as { name: string; actions: string[] }[];
    return access.map(({ name, actions }) => ({ repository: name, actions }));
  }

  get #keys(): KeyPair {
    this.#madeKeys ??= generateKeyPairSync("rsa", { modulusLength: 2048 });
    return this.#madeKeys;
  }

  #sign(claims: Record<string, unknown>, expiresIn: number): Promise<string> {
    const now = epochSeconds(this.#clock());
    return new SignJWT({ ...claims, iss: ISSUER, iat: now, nbf: now - 900, exp: now + expiresIn })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "FAKE:FAKE" })
      .sign(this.#keys.privateKey);
  }

  async #verified(token: string, audience: string, grantType: string): Promise<boolean> {
    if (claimsOf(token)["grant_type"] !== grantType) return false;
    const expected = {
      issuer: ISSUER,
      audience,
      currentDate: new Date(this.#clock()),
      algorithms: ["RS256"],
    };
    return jwtVerify(token, this.#keys.publicKey, expected).then(
      () => true,
      () => false,
    );
  }
}
