import { textCoding } from "#runtime";
import { Secret } from "../secret.ts";
import type { ApiVersion } from "./api-version.ts";

/**
 * The images for which the kubelet may use a cached response: this image only, every image of this host[:port], or every
 * image of this provider. `ServiceAccount` is not one of them (it is a value of the configuration's `cacheType`).
 */
export type CacheKeyType = "Image" | "Registry" | "Global";

/** One credential of a response, which the container runtime sends to the registry. */
export interface AuthConfig {
  readonly username: string;
  readonly password: Secret;
}

/** The response that {@link encodeResponse} writes for the kubelet. */
export interface CredentialProviderResponse {
  readonly cacheKeyType: CacheKeyType;
  /** Whole seconds that the kubelet may cache the response; 0 means do not cache. */
  readonly cacheSeconds: number;
  /** Keys as in matchImages: host, optional port, optional path. Never empty: the kubelet would cache an empty response too. */
  readonly auth: Readonly<Record<string, AuthConfig>>;
}

/**
 * Encodes a CredentialProviderResponse as one line of JSON with a newline: exactly the fields of
 * k8s.io/kubelet/pkg/apis/credentialprovider, because the kubelet decodes strictly since 1.32.
 * @throws {RangeError} for a response without credentials, or a duration that is not whole seconds >= 0
 */
export function encodeResponse(apiVersion: ApiVersion, response: CredentialProviderResponse): string {
  const { cacheKeyType, cacheSeconds, auth } = response;
  if (!Number.isSafeInteger(cacheSeconds) || cacheSeconds < 0) {
    throw new RangeError(`cacheDuration must be whole seconds of at least 0, got ${cacheSeconds}`);
  }
  if (Object.keys(auth).length === 0)
    throw new RangeError("the response has no credential; the kubelet would cache it");
  const logins = Object.entries(auth).map(
    ([key, { username, password }]) =>
      `${quoted(key)}:{"username":${quoted(username)},"password":${quoted(password.reveal())}}`,
  );
  return `{"kind":"CredentialProviderResponse","apiVersion":"${apiVersion}","cacheKeyType":"${cacheKeyType}","cacheDuration":"${cacheSeconds}s","auth":{${logins.join(",")}}}\n`;
}

/**
 * A text in JSON. The static runtime's JSON.stringify calls a function for each character, which for a long password took
 * a twelfth of the whole run; almost no password has a character that JSON escapes.
 */
function quoted(text: string): string {
  return textCoding.isPlainJson(text) ? `"${text}"` : JSON.stringify(text);
}

/** The username and password of an anonymous entry: containerd and CRI-O then pull without credentials. */
export const ANONYMOUS: AuthConfig = { username: "", password: new Secret("") };
