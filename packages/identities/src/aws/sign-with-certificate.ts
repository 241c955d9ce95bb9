import { type Context, CredentialError, messageOf } from "@imagecred/protocol";
import type { NodeCertificate } from "../certificate/node-certificate.ts";

/**
 * Signs as IAM Roles Anywhere requires for each kind of key: PKCS#1 v1.5, or ECDSA in ASN.1 DER, always with SHA-256.
 * @throws {CredentialError} for a key that cannot sign
 */
export async function signWithCertificate(
  { key, privateKeyPem, path }: NodeCertificate,
  data: Uint8Array,
  { crypto }: Pick<Context, "crypto">,
): Promise<Uint8Array> {
  const pem = privateKeyPem.reveal();
  try {
    switch (key) {
      case "RSA":
        return crypto.signRs256(pem, data);
      case "P-256":
        return crypto.signEs256Der(pem, data);
      case "P-384": {
        const { signP384 } = await import("./p384.ts");
        return signP384(pem, crypto.sha256(data));
      }
    }
  } catch (error) {
    throw new CredentialError({
      action: `signing with the private key of the certificate in ${path}`,
      reason: messageOf(error),
      advice: "write the key in PEM without a passphrase",
      failure: "misconfigured",
      cause: error,
    });
  }
}
