/** Keys of the credential cache, byte for byte those of plugin.go (cryptobyte builders), as {@link ByteString}s. */
import { type Crypto, hex, type Secret } from "@imagecred/protocol";
import { type ByteString, bytesOf, compareBytes } from "@imagecred/protocol/go";

/** The base key of a response with cacheKeyType `Global`; no image or registry has angle brackets. */
export const GLOBAL_CACHE_KEY = "<global>";

/** A part is longer than two length bytes can express; the text is cryptobyte's. */
export class CacheKeyError extends Error {
  override name = "CacheKeyError";
}

/** The service account to which a pod's cache entry belongs. */
export interface ServiceAccountKeyParts {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Only the annotations that the configuration lists. */
  readonly annotations: ReadonlyMap<string, string>;
  /** `sha256:...` of the token for cacheType `Token`, which gives every token its own entry. */
  readonly tokenHash: string | undefined;
}

/** generateCacheKey: the image, its registry or {@link GLOBAL_CACHE_KEY}, and the service account. */
export function cacheKey(base: string, serviceAccountKey: ByteString): ByteString {
  return concat(prefixed(bytesOf(base)), prefixed(serviceAccountKey));
}

/** generateServiceAccountCacheKey. */
export function serviceAccountKey(parts: ServiceAccountKeyParts): ByteString {
  const principal = [parts.namespace, parts.name, parts.uid].map((text) => prefixed(bytesOf(text)));
  const token =
    parts.tokenHash === undefined ? [] : ["token", parts.tokenHash].map((text) => prefixed(bytesOf(text)));
  return concat(...principal, annotationsKey(parts.annotations), ...token);
}

/** generateSingleFlightKey, for pods with a service account; without one it is the image alone. */
export function singleFlightKey(
  image: string,
  tokenHash: string,
  annotations: ReadonlyMap<string, string>,
): ByteString {
  return concat(prefixed(bytesOf(image)), prefixed(bytesOf(tokenHash)), annotationsKey(annotations));
}

/** getHashIfNotEmpty: `sha256:` and hexadecimal digits, or nothing for no token. */
export function tokenHashOf(token: Secret, crypto: Pick<Crypto, "sha256">): string {
  if (token.isEmpty) return "";
  const digest = crypto.sha256(new TextEncoder().encode(token.reveal()));
  return `sha256:${hex(digest)}`;
}

/** The host and port of an image: the part before its first slash. */
export function registryOf(image: string): string {
  return image.split("/", 1)[0] ?? "";
}

function annotationsKey(annotations: ReadonlyMap<string, string>): ByteString {
  const sorted = [...annotations].sort(([a], [b]) => compareBytes(a, b));
  const count = number(sorted.length, 4);
  return concat(count, ...sorted.flat().map((text) => prefixed(bytesOf(text))));
}

function prefixed(bytes: ByteString): ByteString {
  if (bytes.length > 0xffff) {
    throw new CacheKeyError(`cryptobyte: pending child length ${bytes.length} exceeds 2-byte length prefix`);
  }
  return concat(number(bytes.length, 2), bytes);
}

function number(value: number, width: number): ByteString {
  let out = "";
  for (let byte = width - 1; byte >= 0; byte--) out += String.fromCharCode((value >>> (8 * byte)) & 0xff);
  return out as ByteString;
}

function concat(...parts: readonly ByteString[]): ByteString {
  return parts.join("") as ByteString;
}
