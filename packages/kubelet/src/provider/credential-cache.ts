/** The cache of one provider: client-go's ExpirationCache as plugin.go uses it. In memory, like the kubelet's. */
import type { ByteString } from "@imagecred/protocol/go";
import type { PluginCredential } from "../plugin/response.ts";

/** Credentials by key. */
export type Credentials = ReadonlyMap<string, PluginCredential>;

interface Entry {
  readonly credentials: Credentials;
  /** Nanoseconds since the epoch. */
  readonly expiresAt: bigint;
}

/** Expired entries that are not looked up are removed at most this often. */
const PURGE_INTERVAL = 15n * 60n * 1_000_000_000n;

/** Times are nanoseconds since the epoch. */
export class CredentialCache {
  readonly #entries = new Map<ByteString, Entry>();
  #lastPurge: bigint;

  constructor(now: bigint) {
    this.#lastPurge = now;
  }

  /** An entry is valid up to and including the moment at which it expires. */
  get(key: ByteString, now: bigint): Credentials | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (now <= entry.expiresAt) return entry.credentials;
    this.#entries.delete(key);
    return undefined;
  }

  /** The time can be in the past: the entry is stored, and expired when it is looked up. */
  set(key: ByteString, credentials: Credentials, expiresAt: bigint): void {
    this.#entries.set(key, { credentials, expiresAt });
  }

  /** Removes expired entries, if that was last done more than 15 minutes ago. */
  purge(now: bigint): void {
    if (now <= this.#lastPurge + PURGE_INTERVAL) return;
    for (const [key, entry] of this.#entries) if (now > entry.expiresAt) this.#entries.delete(key);
    this.#lastPurge = now;
  }

  /** All keys, including those of expired entries. */
  keys(): ByteString[] {
    return [...this.#entries.keys()];
  }
}
