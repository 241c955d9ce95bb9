/** pluginProvider of pkg/credentialprovider/plugin/plugin.go: one configured plugin with its cache. */
import type { Clock } from "@imagecred/protocol";
import type { ByteString } from "@imagecred/protocol/go";
import { type MatchExplanation, matchImage } from "@imagecred/protocol/keyring";
import type { CredentialProvider } from "../config/types.ts";
import { PluginError } from "../plugin/plugin-error.ts";
import type { PluginResponse } from "../plugin/response.ts";
import type { PluginCall } from "../plugin/run-plugin.ts";
import { CacheKeyError, cacheKey, GLOBAL_CACHE_KEY, registryOf, singleFlightKey } from "./cache-key.ts";
import { CredentialCache, type Credentials } from "./credential-cache.ts";
import type { Pod, ServiceAccountCoordinates } from "./service-account.ts";
import {
  type Identity,
  NO_SERVICE_ACCOUNT,
  ServiceAccountError,
  ServiceAccountMode,
  type ServiceAccountPlatform,
} from "./service-account-mode.ts";
import { SingleFlight } from "./single-flight.ts";
import type { CacheEntryTrace, ProviderTrace } from "./trace.ts";

/** Dependencies of a provider. */
export interface ProviderPlatform extends ServiceAccountPlatform {
  readonly clock: Clock;
  /** Runs the provider's executable; see runPlugin. */
  readonly exec: (provider: CredentialProvider, call: PluginCall) => Promise<PluginResponse>;
}

/** A provider's credentials for an image, with its trace. */
export interface Provided {
  /** Empty if the plugin was not run, or failed. */
  readonly credentials: Credentials;
  /** The service account that they belong to, if they belong to one. */
  readonly coordinates: ServiceAccountCoordinates | undefined;
  readonly trace: ProviderTrace;
}

/** Providing failed; `message` is the kubelet's text. */
class ProvideError extends Error {
  override name = "ProvideError";
}

type Tracing = { -readonly [K in keyof ProviderTrace]: ProviderTrace[K] };
const NOTHING: Credentials = new Map();
const CACHE_KEY_TYPES = ["Image", "Registry", "Global"] as const;

/** A plugin that is configured and registered. */
export class PluginProvider {
  readonly #provider: CredentialProvider;
  readonly #platform: ProviderPlatform;
  readonly #mode: ServiceAccountMode | undefined;
  readonly #cache: CredentialCache;
  readonly #flights = new SingleFlight<PluginResponse>();

  constructor(provider: CredentialProvider, platform: ProviderPlatform) {
    this.#provider = provider;
    this.#platform = platform;
    this.#mode = ServiceAccountMode.of(provider, platform);
    this.#cache = new CredentialCache(this.#now());
  }

  get name(): string {
    return this.#provider.name;
  }

  /** The cache's keys, to compare them with a kubelet's. */
  cacheKeys(): ByteString[] {
    return this.#cache.keys();
  }

  /**
   * Credentials for an image without tag and digest. A failure is in the trace: the kubelet logs it and continues without
   * this provider.
   */
  async provide(image: string, pod: Pod | undefined): Promise<Provided> {
    const matches: MatchExplanation[] = [];
    for (const pattern of this.#provider.matchImages ?? []) {
      const match = matchImage(pattern, image);
      matches.push(match);
      if (match.matched) break;
    }
    const trace: Tracing = { provider: this.name, outcome: "no-match", matches };
    if (matches.at(-1)?.matched !== true) return { credentials: NOTHING, coordinates: undefined, trace };
    try {
      return { ...(await this.#provide(image, pod, trace)), trace };
    } catch (error) {
      trace.outcome = "failed";
      trace.error = kubeletText(error);
      if (error instanceof ProvideError && error.cause instanceof PluginError) {
        trace.fault = error.cause.fault;
        if (error.cause.detail !== undefined) trace.detail = error.cause.detail;
      }
      return { credentials: NOTHING, coordinates: undefined, trace };
    }
  }

  async #provide(image: string, pod: Pod | undefined, trace: Tracing): Promise<Omit<Provided, "trace">> {
    const identified =
      this.#mode === undefined
        ? { identity: NO_SERVICE_ACCOUNT }
        : await this.#mode.identify(pod ?? { namespace: "", name: "", uid: "", serviceAccountName: "" });
    if ("skipped" in identified) {
      trace.outcome = identified.skipped;
      if (identified.skipped === "missing-annotation") trace.missingAnnotation = identified.annotation;
      return { credentials: NOTHING, coordinates: undefined };
    }
    const { identity } = identified;
    const coordinates = identity.coordinates;
    if (coordinates !== undefined) trace.serviceAccount = coordinates;
    const cached = this.#lookUp(image, identity, trace);
    if (cached !== undefined) return { credentials: cached, coordinates };
    const response = await this.#run(image, identity, trace);
    return { credentials: this.#accept(image, response, identity, trace), coordinates };
  }

  #lookUp(image: string, identity: Identity, trace: Tracing): Credentials | undefined {
    const now = this.#now();
    this.#cache.purge(now);
    const bases = { Image: image, Registry: registryOf(image), Global: GLOBAL_CACHE_KEY };
    for (const cacheKeyType of CACHE_KEY_TYPES) {
      const base = bases[cacheKeyType];
      let credentials: Credentials | undefined;
      try {
        credentials = this.#cache.get(cacheKey(base, identity.cacheKey), now);
      } catch (error) {
        if (!(error instanceof CacheKeyError)) throw error;
        throw new ProvideError(
          `failed to get cached docker config: error generating cache key: ${error.message}`,
        );
      }
      if (credentials !== undefined) {
        trace.outcome = "cached";
        trace.hit = { cacheKeyType, base, perServiceAccount: identity.coordinates !== undefined };
        trace.keys = [...credentials.keys()];
        return credentials;
      }
    }
    return undefined;
  }

  async #run(image: string, identity: Identity, trace: Tracing): Promise<PluginResponse> {
    const key = this.#flightKey(image, identity);
    const started = this.#platform.clock.now();
    try {
      const { value, shared } = await this.#flights.do(key, () =>
        this.#platform.exec(this.#provider, {
          image,
          serviceAccountToken: identity.token,
          serviceAccountAnnotations: identity.annotations,
        }),
      );
      trace.outcome = shared ? "shared" : "executed";
      return value;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new ProvideError(`failed to get credential from external registry credential provider: ${text}`, {
        cause: error,
      });
    } finally {
      trace.execMs = this.#platform.clock.now() - started;
    }
  }

  #flightKey(image: string, identity: Identity): string {
    if (identity.coordinates === undefined) return image;
    try {
      return singleFlightKey(image, identity.tokenHash, identity.annotations ?? new Map());
    } catch (error) {
      if (!(error instanceof CacheKeyError)) throw error;
      throw new ProvideError(`error generating singleflight key: ${error.message}`);
    }
  }

  #accept(image: string, response: PluginResponse, identity: Identity, trace: Tracing): Credentials {
    const credentials = response.auth ?? NOTHING;
    this.#refuseEchoedToken(credentials, identity);
    const cacheKeyType = CACHE_KEY_TYPES.find((type) => type === response.cacheKeyType);
    if (cacheKeyType === undefined) {
      throw new ProvideError(
        `credential provider plugin did not return a valid cacheKeyType: ${response.cacheKeyType}`,
      );
    }
    trace.keys = [...credentials.keys()];
    const duration = response.cacheDuration ?? this.#provider.defaultCacheDuration ?? 0n;
    if (duration === 0n) {
      trace.notStored = response.cacheDuration === null ? "zero-default-duration" : "zero-duration";
      return credentials;
    }
    const bases = { Image: image, Registry: registryOf(image), Global: GLOBAL_CACHE_KEY };
    const expiresAt = this.#now() + duration;
    const entry: CacheEntryTrace = {
      cacheKeyType,
      base: bases[cacheKeyType],
      perServiceAccount: identity.coordinates !== undefined,
      expiresAt: Number(expiresAt / 1_000_000n),
    };
    this.#cache.set(cacheKey(entry.base, identity.cacheKey), credentials, expiresAt);
    trace.stored = entry;
    return credentials;
  }

  /** Since 1.34: a cached token would outlive its pod, so only cacheType `Token` may use it as the password. */
  #refuseEchoedToken(credentials: Credentials, { token }: Identity): void {
    if (token === undefined || token.isEmpty || this.#mode?.cachesByToken !== false) return;
    if (this.#platform.rules.minor < 34) return;
    for (const { password } of credentials.values()) {
      if (password.reveal() === token.reveal()) {
        throw new ProvideError(
          "credential provider plugin returned the service account token as the password which is not allowed when service account cache type is not set to 'Token'",
        );
      }
    }
  }

  #now(): bigint {
    return BigInt(Math.floor(this.#platform.clock.now() * 1000)) * 1000n;
  }
}

function kubeletText(error: unknown): string {
  if (error instanceof CacheKeyError) return `error generating service account cache key: ${error.message}`;
  if (error instanceof ProvideError || error instanceof ServiceAccountError) return error.message;
  throw error;
}
