import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import type { Core } from "../core/core.ts";

export interface ServiceAccountOptions {
  readonly email: string;
  /**
   * Principals that can create its tokens, as members of an IAM policy: `serviceAccount:EMAIL`, `user:EMAIL`,
   * `principal://...`, `principalSet://...`; `*` at the end of a subject matches any.
   */
  readonly impersonators?: readonly string[];
  /** Whether it can read from the registries. Default true. */
  readonly reader?: boolean;
  /** Numeric id, the `sub` of identity tokens. Default: derived from the email address. */
  readonly uniqueId?: string;
}

/** A user who logged in with gcloud. */
export interface UserCredential {
  readonly email: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
}

/** Service accounts, the keys registered for them, users, and read permissions on the registries. */
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

  /** Creates a key pair for an account. @returns the private key, PKCS#8 PEM, as Google writes it into key files */
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

  /** Deletes every key of the account. */
  revokeKeys(email: string): void {
    this.#keys.delete(email);
  }

  /** Revokes every user's grant. */
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

  /** Lets a principal create an account's tokens (`gcloud iam service-accounts add-iam-policy-binding`). */
  bind(email: string, member: string): void {
    const account = this.#accounts.get(email);
    if (account === undefined) throw new Error(`fake Google has no service account ${email}`);
    this.#accounts.set(email, { ...account, impersonators: [...(account.impersonators ?? []), member] });
  }

  /** Numeric id of an account: 21 digits, as Google's are. */
  uniqueId(email: string): string {
    const made = BigInt(`0x${createHash("sha256").update(email).digest("hex").slice(0, 16)}`) % 10n ** 20n;
    return this.#accounts.get(email)?.uniqueId ?? `1${made.toString().padStart(20, "0")}`;
  }

  /** @param names of the caller: itself and its principal sets */
  mayImpersonate(names: readonly string[], email: string): boolean {
    return (this.#accounts.get(email)?.impersonators ?? []).some((pattern) =>
      pattern.endsWith("*") && !pattern.startsWith("principalSet:")
        ? names.some((name) => name.startsWith(pattern.slice(0, -1)))
        : names.includes(pattern),
    );
  }

  /** Service accounts according to their setting; all federated principals and users can read. */
  mayRead(principal: string): boolean {
    const email = /^serviceAccount:(.*)$/.exec(principal)?.[1];
    return email === undefined || (this.#accounts.get(email)?.reader ?? true);
  }
}
