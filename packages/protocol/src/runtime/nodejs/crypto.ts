import type { Crypto } from "../crypto.ts";

/** Node takes ten milliseconds to load it, and the most common runs need none of it. */
const node = () => process.getBuiltinModule("node:crypto");

/** The runtime's own hashes, signatures and random bytes. */
export const crypto: Crypto = {
  sha1: (data) => node().createHash("sha1").update(data).digest(),
  sha256: (data) => node().createHash("sha256").update(data).digest(),
  hmacSha256: (key, data) => node().createHmac("sha256", key).update(data).digest(),
  signRs256(privateKeyPem, data) {
    const key = node().createPrivateKey(privateKeyPem);
    // Node would sign with another kind of key as well, in another algorithm. The words are those of the static runtime.
    if (key.asymmetricKeyType !== "rsa")
      throw new Error("the RSA private key cannot be used: WrongAlgorithm");
    return node().sign("sha256", data, key);
  },
  signEs256Der(privateKeyPem, data) {
    const key = node().createPrivateKey(privateKeyPem);
    if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1")
      throw new Error("the private key is not on the curve P-256");
    return node().sign("sha256", data, key);
  },
  randomBytes: (length) => node().randomBytes(length),
  randomUUID: () => node().randomUUID(),
};
