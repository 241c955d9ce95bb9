import "reflect-metadata"; // @peculiar/x509 needs it loaded first
import { createPrivateKey, randomBytes } from "node:crypto";
import { X509CertificateGenerator } from "@peculiar/x509";
import type { Secrets } from "../core/secrets.ts";

/** A self-signed certificate that authenticates an application. */
export interface ClientCertificate {
  readonly certificatePem: string;
  /** PKCS#8 PEM. */
  readonly privateKeyPem: string;
}

const ALGORITHM = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const DAY = 24 * 60 * 60 * 1000;

export async function createClientCertificate(secrets: Secrets): Promise<ClientCertificate> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const now = Date.now();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: `40${randomBytes(15).toString("hex")}`,
    name: "CN=imagecred fake application",
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + 30 * DAY),
    keys,
    signingAlgorithm: ALGORITHM,
  });
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
  const privateKeyPem = createPrivateKey({ key: der, format: "der", type: "pkcs8" })
    .export({ format: "pem", type: "pkcs8" })
    .toString();
  secrets.register("azure.clientCertificateKey", privateKeyPem);
  return { certificatePem: certificate.toString("pem"), privateKeyPem };
}
