import type { Crypto } from "@imagecred/protocol";
import forge from "node-forge";

/** A part of node-forge that is missing in its types: the function that creates the cipher of an encrypted bag. */
interface PasswordBasedEncryption {
  getCipher(oid: string, parameters: unknown, password: string): unknown;
}

// PKCS#12's own encryption uses the password in UTF-16; PBES2 uses its bytes, in practice UTF-8 (RFC 8018 section 3).
// node-forge passes the same text to both, which is right for ASCII only.
const { pbe } = forge.pki as unknown as { readonly pbe: PasswordBasedEncryption };
const getCipher = pbe.getCipher;
pbe.getCipher = (oid, parameters, password) =>
  getCipher(
    oid,
    parameters,
    oid === forge.pki.oids["pkcs5PBES2"] ? forge.util.encodeUtf8(password) : password,
  );

/**
 * Makes node-forge use the runtime's own hashes. Deriving a key from a password takes some ten thousand hashes: a second in
 * QuickJS, and almost no time natively.
 */
export function hashNatively(crypto: Crypto): void {
  const digests: readonly [{ create: () => unknown }, string, number, Crypto["sha1"]][] = [
    [forge.md.sha1, "sha1", 20, crypto.sha1],
    [forge.md.sha256, "sha256", 32, crypto.sha256],
  ];
  for (const [module, algorithm, digestLength, hash] of digests) {
    module.create = () => nativeDigest(algorithm, digestLength, hash);
  }
}

function nativeDigest(algorithm: string, digestLength: number, hash: Crypto["sha1"]): unknown {
  const { raw } = forge.util.binary;
  let message = "";
  const digest = {
    algorithm,
    blockLength: 64,
    digestLength,
    start() {
      message = "";
      return digest;
    },
    update(text: string, encoding?: "raw" | "utf8") {
      message += encoding === "utf8" ? forge.util.encodeUtf8(text) : text;
      return digest;
    },
    digest: () => forge.util.createBuffer(raw.encode(hash(raw.decode(message)))),
  };
  return digest;
}

export { forge };
