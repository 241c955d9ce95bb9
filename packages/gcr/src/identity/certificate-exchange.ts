import { type NodeCertificate, readNodeCertificate } from "@imagecred/identities/certificate";
import type { CertificateFiles } from "@imagecred/identities/node-identity";
import { base64, type Context, Secret } from "@imagecred/protocol";
import type { GrantRequest } from "./oauth.ts";

/** Google STS's token type for the certificate of a mutual TLS connection. */
export const MTLS_TYPE = "urn:ietf:params:oauth:token-type:mtls";

/** A certificate as the subject token of an exchange, with the TLS settings that present it. */
export interface CertificateSubject {
  readonly token: Secret;
  readonly tls: NonNullable<GrantRequest["tls"]>;
  readonly certificate: NodeCertificate;
}

/**
 * Reads a certificate for X.509 federation: its chain in JSON is the subject token, and mutual TLS proves possession of the key
 * (https://cloud.google.com/iam/docs/workload-identity-federation-with-x509-certificates).
 * @throws {CredentialError} for files that cannot be used
 */
export async function certificateSubject(
  files: CertificateFiles,
  context: Context,
): Promise<CertificateSubject> {
  const certificate = await readNodeCertificate(files, context);
  return {
    // Certificates are not secrets.
    token: new Secret(JSON.stringify(certificate.chain.map(base64)), []),
    tls: { clientCertificate: certificate.chainPem, clientKey: certificate.privateKeyPem.reveal() },
    certificate,
  };
}
