/** Service account mode (KEP 4412): serviceAccountProvider in plugin.go, for a provider with `tokenAttributes`. */
import type { Crypto, Secret } from "@imagecred/protocol";
import type { ByteString } from "@imagecred/protocol/go";
import type { KubeletRules } from "../config/kubernetes-version.ts";
import type { CredentialProvider, ServiceAccountTokenAttributes } from "../config/types.ts";
import { serviceAccountKey, tokenHashOf } from "./cache-key.ts";
import type { Pod, ServiceAccount, ServiceAccountCoordinates, ServiceAccounts } from "./service-account.ts";

/** The service account for which a plugin is run, and the data that the plugin gets. */
export interface Identity {
  /** Empty without a service account. */
  readonly cacheKey: ByteString;
  readonly token: Secret | undefined;
  /** Empty without a token. */
  readonly tokenHash: string;
  readonly annotations: ReadonlyMap<string, string> | undefined;
  readonly coordinates: ServiceAccountCoordinates | undefined;
}

/** The identity, or why the plugin is not run for this pod. */
export type IdentityResult =
  | { readonly identity: Identity }
  | { readonly skipped: "no-service-account" }
  | { readonly skipped: "missing-annotation"; readonly annotation: string };

/** The identity outside service account mode, and in it for a pod that has no account and does not need one. */
export const NO_SERVICE_ACCOUNT: Identity = {
  cacheKey: "" as ByteString,
  token: undefined,
  tokenHash: "",
  annotations: undefined,
  coordinates: undefined,
};

/** An error of the API server; `message` is the kubelet's text. */
export class ServiceAccountError extends Error {
  override name = "ServiceAccountError";
}

/** Dependencies of the mode. */
export interface ServiceAccountPlatform {
  readonly crypto: Pick<Crypto, "sha256">;
  readonly serviceAccounts?: ServiceAccounts | undefined;
  readonly saTokens: boolean;
  readonly rules: KubeletRules;
}

/** One provider's service account mode. */
export class ServiceAccountMode {
  readonly #attributes: ServiceAccountTokenAttributes;
  readonly #platform: ServiceAccountPlatform;

  /** Undefined when the provider is not in that mode: no attributes, no audience, or the feature gate is off. */
  static of(provider: CredentialProvider, platform: ServiceAccountPlatform): ServiceAccountMode | undefined {
    const attributes = provider.tokenAttributes;
    if (attributes === null || attributes.serviceAccountTokenAudience === "" || !platform.saTokens)
      return undefined;
    return new ServiceAccountMode(attributes, platform);
  }

  private constructor(attributes: ServiceAccountTokenAttributes, platform: ServiceAccountPlatform) {
    this.#attributes = attributes;
    this.#platform = platform;
  }

  /** Whether every token has its own cache entry, so that a plugin may return the token as the password. */
  get cachesByToken(): boolean {
    return this.#attributes.cacheType === "Token";
  }

  /**
   * Requests the service account and a token, each time: the credential cache is used only later.
   *
   * @throws {ServiceAccountError} if the API server returns an error
   * @throws {CacheKeyError} when names or annotations are too long for a key
   */
  async identify(pod: Pod): Promise<IdentityResult> {
    if (pod.serviceAccountName === "") {
      return this.#attributes.requireServiceAccount === true
        ? { skipped: "no-service-account" }
        : { identity: NO_SERVICE_ACCOUNT };
    }
    const account = await this.#account(pod);
    const annotations = new Map<string, string>();
    for (const key of this.#attributes.requiredServiceAccountAnnotationKeys ?? []) {
      const value = account.annotations.get(key);
      if (value === undefined) return { skipped: "missing-annotation", annotation: key };
      annotations.set(key, value);
    }
    for (const key of this.#attributes.optionalServiceAccountAnnotationKeys ?? []) {
      const value = account.annotations.get(key);
      if (value !== undefined) annotations.set(key, value);
    }
    const token = await this.#token(pod, account);
    const tokenHash = tokenHashOf(token, this.#platform.crypto);
    const coordinates = { namespace: pod.namespace, name: pod.serviceAccountName, uid: account.uid };
    const cacheKey = serviceAccountKey({
      ...coordinates,
      annotations,
      tokenHash: this.cachesByToken ? tokenHash : undefined,
    });
    return { identity: { cacheKey, token, tokenHash, annotations, coordinates } };
  }

  async #account(pod: Pod): Promise<ServiceAccount> {
    try {
      return await this.#api().get(pod.namespace, pod.serviceAccountName);
    } catch (error) {
      throw new ServiceAccountError(`failed to get service account: ${textOf(error)}`);
    }
  }

  async #token(pod: Pod, account: ServiceAccount): Promise<Secret> {
    try {
      return await this.#api().requestToken({
        namespace: pod.namespace,
        serviceAccountName: pod.serviceAccountName,
        serviceAccountUid: this.#platform.rules.minor >= 34 ? account.uid : "",
        audiences: [this.#attributes.serviceAccountTokenAudience],
        podName: pod.name,
        podUid: pod.uid,
      });
    } catch (error) {
      throw new ServiceAccountError(`failed to get service account token: ${textOf(error)}`);
    }
  }

  #api(): ServiceAccounts {
    if (this.#platform.serviceAccounts === undefined) throw new Error("there is no API server to ask");
    return this.#platform.serviceAccounts;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
