import { CredentialError } from "@imagecred/protocol";

/** An application's certificate with its private key. */
export interface ClientCertificate {
  /** DER: the certificate, then its issuers'. */
  readonly chain: readonly [Uint8Array, ...Uint8Array[]];
  /** PKCS#8 or PKCS#1, not encrypted. */
  readonly privateKeyPem: string;
  /** The file, for messages. */
  readonly path: string;
}

/** The error for a certificate file that cannot be used. */
export function unusable(path: string, reason: string, advice: string): CredentialError {
  return new CredentialError({
    action: `reading the client certificate ${path}`,
    reason,
    advice,
    failure: "misconfigured",
  });
}
