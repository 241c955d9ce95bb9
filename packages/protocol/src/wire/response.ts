import { textCoding } from "#runtime";
import { Secret } from "../secret.ts";
import type { ApiVersion } from "./api-version.ts";

/**
 * What the kubelet may reuse an answer for: this image only, every image of this host[:port], or every image that this
 * provider is asked for. `ServiceAccount` is not one of them (it is a value of the configuration's `cacheType`).
 */
export type CacheKeyType = "Image" | "Registry" | "Global";

/** One credential of a response, as the container runtime sends it to the registry. */
export interface AuthConfig {
  readonly username: string;
  readonly password: Secret;
}

/** What {@link encodeResponse} writes for the kubelet. */
export interface CredentialProviderResponse {
  readonly cacheKeyType: CacheKeyType;
  /** Whole seconds that the kubelet may reuse the answer for; 0 means do not cache. */
  readonly cacheSeconds: number;
  /** Keys as in matchImages: host, optional port, optional path. Never empty: an empty answer would be cached too. */
  readonly auth: Readonly<Record<string, AuthConfig>>;
}

/**
 * Encodes a CredentialProviderResponse as one line of JSON with a newline: exactly the fields of
 * k8s.io/kubelet/pkg/apis/credentialprovider, since the kubelet decodes strictly since 1.32.
 * @throws {RangeError} for an answer that would hurt: no credential, or a duration that is not whole seconds >= 0
 */
export function encodeResponse(apiVersion: ApiVersion, response: CredentialProviderResponse): string {
  const { cacheKeyType, cacheSeconds, auth } = response;
  if (!Number.isSafeInteger(cacheSeconds) || cacheSeconds < 0) {
    throw new RangeError(`cacheDuration must be whole seconds of at least 0, got ${cacheSeconds}`);
  }
  if (Object.keys(auth).length === 0)
    throw new RangeError("an answer without a credential would be cached as one");
  const logins = Object.entries(auth).map(
    ([key, { username, password }]) =>
      `${quoted(key)}:{"username":${quoted(username)},"password":${quoted(password.reveal())}}`,
  );
  return `{"kind":"CredentialProviderResponse","apiVersion":"${apiVersion}","cacheKeyType":"${cacheKeyType}","cacheDuration":"${cacheSeconds}s","auth":{${logins.join(",")}}}\n`;
}

/**
 * A text in JSON. The static runtime's JSON.stringify calls a function for each character, which for a password of some
 * thousand was a twelfth of what a whole run did; almost none has a character that JSON writes in another way.
 */
function quoted(text: string): string {
  return textCoding.isPlainJson(text) ? `"${text}"` : JSON.stringify(text);
}

/** The username and password of an anonymous entry: containerd and CRI-O then pull without credentials. */
export const ANONYMOUS: AuthConfig = { username: "", password: new Secret("") };
