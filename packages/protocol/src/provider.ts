import type { Clock } from "./clock.ts";
import type { Environment } from "./environment.ts";
import type { Files } from "./files.ts";
import type { HttpClient } from "./http/client.ts";
import type { Deadline } from "./http/deadline.ts";
import type { Logger } from "./log.ts";
import type { Usage } from "./options/usage.ts";
import type { Crypto } from "./runtime/crypto.ts";
import type { RunShell } from "./runtime/programs.ts";
import type { CredentialProviderRequest } from "./wire/request.ts";
import type { AuthConfig, CacheKeyType } from "./wire/response.ts";

/** A plugin's arguments and environment, which it parses once, before the request. */
export interface Invocation {
  /** Command line arguments after the program's name. */
  readonly args: readonly string[];
  readonly env: Environment;
  readonly files: Files;
  readonly log: Logger;
}

/** Everything outside the plugin that it may use; tests pass their own. */
export interface Context {
  readonly http: HttpClient;
  readonly env: Environment;
  readonly files: Files;
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly log: Logger;
  readonly crypto: Crypto;
  readonly runShell: RunShell;
  /** 0 <= value < 1 */
  readonly random: () => number;
}

/** Username and password for a registry, with their expiry. */
export interface RegistryCredential {
  readonly login: AuthConfig;
  /** Milliseconds since the epoch; `"do-not-cache"` if the expiry is unknown. */
  readonly expiresAt: number | "do-not-cache";
}

/** A plugin's response: registry credentials, with their expiry. */
export interface ProviderResponse {
  readonly cacheKeyType: CacheKeyType;
  readonly auth: Readonly<Record<string, AuthConfig>>;
  /** When the credential expires, in milliseconds since the epoch; `"do-not-cache"` gives `cacheDuration: "0s"`. */
  readonly expiresAt: number | "do-not-cache";
  /** Limit for the kubelet's cache in seconds, if it is shorter than the expiry allows. */
  readonly maxCacheSeconds?: number;
}

/** A plugin, as `serve` runs it. */
export interface CredentialProvider<Options> {
  /** Name of the executable: `ecr-credential-provider`. */
  readonly name: string;
  readonly version: string;
  readonly usage: Usage;
  /** Parses the command line, the environment and configuration files into one object. @throws {OptionsError} */
  options(invocation: Invocation): Options | Promise<Options>;
  /**
   * The credential for the request's image.
   * @throws {UnsupportedRegistryError} if the plugin does not support the image's registry
   * @throws {CredentialError} if there is no credential
   */
  credential(
    request: CredentialProviderRequest,
    options: Options,
    context: Context,
  ): Promise<ProviderResponse>;
}
