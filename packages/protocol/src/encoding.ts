/** Bytes as text, the same on both runtimes and without Node's Buffer. */

/** Arguments of one call: engines limit them. */
const PIECE = 8192;

/**
 * One character for each byte, U+0000 to U+00FF, as `btoa` reads it. In pieces: QuickJS copies a string whenever something is
 * appended to it, so a megabyte byte by byte would take minutes.
 */
export function binary(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += PIECE)
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  return pieces.join("");
}

/** Standard base64 with padding (RFC 4648 section 4). */
export function base64(bytes: Uint8Array): string {
  return btoa(binary(bytes));
}

/** Base64url without padding (RFC 4648 section 5), as JOSE uses it. */
export function base64url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Lower-case hexadecimal digits, two for each byte. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
