import type { Crypto } from "../crypto.ts";

/** Loaded on demand: Node.js needs ten milliseconds for it, and the most common runs do not use it. */
const nodeCrypto = () => process.getBuiltinModule("node:crypto");

/** The runtime's own hashes, signatures and random bytes. */
export const crypto: Crypto = {
  sha1: (data) => nodeCrypto().createHash("sha1").update(data).digest(),
  sha256: (data) => nodeCrypto().createHash("sha256").update(data).digest(),
  hmacSha256: (key, data) => nodeCrypto().createHmac("sha256", key).update(data).digest(),
  signRs256(privateKeyPem, data) {
    const key = nodeCrypto().createPrivateKey(privateKeyPem);
    // Node.js would also sign with other kinds of keys, by other algorithms. The message is the static runtime's.
    if (key.asymmetricKeyType !== "rsa")
      throw new Error("the RSA private key cannot be used: WrongAlgorithm");
    return nodeCrypto().sign("sha256", data, key);
  },
  signEs256Der(privateKeyPem, data) {
    const key = nodeCrypto().createPrivateKey(privateKeyPem);
    if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1")
      throw new Error("the private key is not on the curve P-256");
    return nodeCrypto().sign("sha256", data, key);
  },
  randomBytes: (length) => nodeCrypto().randomBytes(length),
  randomUUID: () => nodeCrypto().randomUUID(),
};
