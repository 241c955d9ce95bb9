import { CredentialError } from "@imagecred/protocol";

/** A certificate with its private key, as an application has it. */
export interface ClientCertificate {
  /** DER: the certificate, then those that issued it. */
  readonly chain: readonly [Uint8Array, ...Uint8Array[]];
  /** PKCS#8 or PKCS#1, not encrypted. */
  readonly privateKeyPem: string;
  /** Where it comes from, for messages. */
  readonly path: string;
}

/** The error for a certificate file that cannot be used. @param path of the file, for the message */
export function unusable(path: string, reason: string, advice: string): CredentialError {
  return new CredentialError({
    action: `reading the client certificate ${path}`,
    reason,
    advice,
    failure: "misconfigured",
  });
}
