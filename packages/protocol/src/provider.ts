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

/** What a plugin is started with: parsed once, before the request is looked at. */
export interface Invocation {
  /** Command line arguments after the program's name. */
  readonly args: readonly string[];
  readonly env: Environment;
  readonly files: Files;
  readonly log: Logger;
}

/** The world, as far as a plugin may touch it; tests hand in their own. */
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

/** What an exchange gives: user and password for a registry, with their expiry. */
export interface RegistryCredential {
  readonly login: AuthConfig;
  /** Milliseconds since the epoch; `"do-not-cache"` where nothing says when it ends. */
  readonly expiresAt: number | "do-not-cache";
}

/** A plugin's response: registry credentials, with their expiry. */
export interface Answer {
  readonly cacheKeyType: CacheKeyType;
  readonly auth: Readonly<Record<string, AuthConfig>>;
  /** Milliseconds since the epoch at which the credential ends; `"do-not-cache"` answers `cacheDuration: "0s"`. */
  readonly expiresAt: number | "do-not-cache";
  /** The longest time that the kubelet may cache the response, where that is less than its expiry allows. */
  readonly maxCacheSeconds?: number;
}

/** A plugin, for `serve`. */
export interface CredentialProvider<Options> {
  /** Name of the executable: `ecr-credential-provider`. */
  readonly name: string;
  readonly version: string;
  /** What `--help` says: data, from which one layout for all plugins is made. */
  readonly usage: Usage;
  /** Command line, environment and configuration files as one typed object. @throws {OptionsError} */
  options(invocation: Invocation): Options | Promise<Options>;
  /**
   * The credential for the request's image.
   * @throws {UnsupportedRegistryError} when the image's registry is not this plugin's
   * @throws {CredentialError} when there is none to be had
   */
  credential(request: CredentialProviderRequest, options: Options, context: Context): Promise<Answer>;
}
