/** The cryptographic primitives that credentials need, native on each runtime. */
export interface Crypto {
  sha1(data: Uint8Array): Uint8Array;
  sha256(data: Uint8Array): Uint8Array;
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** RSASSA-PKCS1-v1_5 with SHA-256 (JWS `RS256`); `privateKeyPem` is PKCS#8 or PKCS#1. @throws for any other key */
  signRs256(privateKeyPem: string, data: Uint8Array): Uint8Array;
  /**
   * ECDSA on P-256 with SHA-256, the signature in ASN.1 DER; `privateKeyPem` is PKCS#8 or SEC 1 with the public key in it.
   * @throws for any other key
   */
  signEs256Der(privateKeyPem: string, data: Uint8Array): Uint8Array;
  randomBytes(length: number): Uint8Array;
  randomUUID(): string;
}
