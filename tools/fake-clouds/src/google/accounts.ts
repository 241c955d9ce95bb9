import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import type { Core } from "../core/core.ts";

export interface ServiceAccountOptions {
  readonly email: string;
  /** Principals that may create its tokens: `serviceAccount:EMAIL`, `user:EMAIL`, `principal://...`; `*` at the end is any. */
  readonly impersonators?: readonly string[];
  /** Whether it may read from the registries. Default true. */
  readonly reader?: boolean;
}

/** A user who logged in with gcloud. */
export interface UserCredential {
  readonly email: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
}

/** Service accounts, the keys registered for them, users, and who may read from the registries. */
export class Accounts {
  readonly #core: Core;
  readonly #accounts = new Map<string, ServiceAccountOptions>();
  readonly #keys = new Map<string, KeyObject[]>();
  readonly #users: UserCredential[] = [];

  constructor(core: Core) {
    this.#core = core;
  }

  add(account: ServiceAccountOptions): void {
    this.#accounts.set(account.email, account);
  }

  get(email: string): ServiceAccountOptions | undefined {
    return this.#accounts.get(email);
  }

  /** Makes a key pair for an account. @returns the private key, PKCS#8 PEM, as Google writes it into key files */
  createKey(email: string): string {
    if (!this.#accounts.has(email)) throw new Error(`fake Google has no service account ${email}`);
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    this.#keys.set(email, [...(this.#keys.get(email) ?? []), createPublicKey(privateKey)]);
    return this.#core.secrets.register(
      "google.privateKey",
      privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    );
  }

  /** Public keys of the account's key pairs. */
  keysOf(email: string): readonly KeyObject[] {
    return this.#keys.get(email) ?? [];
  }

  /** Every key of the account is deleted. */
  revokeKeys(email: string): void {
    this.#keys.delete(email);
  }

  /** Every user's grant is taken back. */
  revokeUsers(): void {
    this.#users.length = 0;
  }

  createUser(email: string): UserCredential {
    const { secrets } = this.#core;
    const user = {
      email,
      clientId: `${randomBytes(6).toString("hex")}.apps.googleusercontent.com`,
      clientSecret: `GOCSPX-${secrets.issue("google.clientSecret", 28)}`,
      refreshToken: `1//0${secrets.issue("google.refreshToken", 96)}`,
    };
    secrets.register("google.clientSecret", user.clientSecret);
    secrets.register("google.refreshToken", user.refreshToken);
    this.#users.push(user);
    return user;
  }

  client(clientId: string): readonly UserCredential[] {
    return this.#users.filter((user) => user.clientId === clientId);
  }

  mayImpersonate(principal: string, email: string): boolean {
    return (this.#accounts.get(email)?.impersonators ?? []).some((pattern) =>
      pattern.endsWith("*") ? principal.startsWith(pattern.slice(0, -1)) : principal === pattern,
    );
  }

  /** Service accounts by their setting; federated principals and users may all read. */
  mayRead(principal: string): boolean {
    const email = /^serviceAccount:(.*)$/.exec(principal)?.[1];
    return email === undefined || (this.#accounts.get(email)?.reader ?? true);
  }
}
