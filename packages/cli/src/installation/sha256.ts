import { type Crypto, hex } from "@imagecred/protocol";

export function sha256Hex(crypto: Crypto, data: Uint8Array): string {
  return hex(crypto.sha256(data));
}

/**
 * Checksums by file name, from a SHA256SUMS file (`<hex>  <name>`, as sha256sum writes it) or from a `.sha256` file, which
 * can have the digest alone.
 * @param name file name for a digest alone
 */
export function parseChecksums(text: string, name: string): ReadonlyMap<string, string> {
  const sums = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, digest, path = name] = /^\\?([0-9a-fA-F]{64})(?:\s+\*?(.+?))?\s*$/.exec(line) ?? [];
    if (digest !== undefined) sums.set(path.slice(path.lastIndexOf("/") + 1), digest.toLowerCase());
  }
  return sums;
}
