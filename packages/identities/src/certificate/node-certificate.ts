import { type Context, CredentialError, fromBase64, Secret } from "@imagecred/protocol";
import type { CertificateFiles } from "../node-identity.ts";
import { includes, rsaModulus } from "./der.ts";
import { type CertificateFacts, certificateFacts, type KeyKind } from "./x509.ts";

/** A certificate with its key, as a node has it in files. */
export interface NodeCertificate {
  /** DER: the certificate, then those of authorities, in the order of the files. */
  readonly chain: readonly [Uint8Array, ...Uint8Array[]];
  /** PEM of the same. */
  readonly chainPem: string;
  /** PKCS#8, PKCS#1 or SEC 1, not encrypted. */
  readonly privateKeyPem: Secret;
  readonly key: KeyKind;
  readonly facts: CertificateFacts;
  /** File of the certificate, for messages. */
  readonly path: string;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g;

/**
 * Reads a node's certificate: one file with the key in it, as the kubelet writes
 * `/var/lib/kubelet/pki/kubelet-client-current.pem`, or several.
 * @throws {CredentialError} for files that hold no usable pair, and outside of the certificate's time
 */
export async function readNodeCertificate(
  { certificate: path, privateKey: keyPath = path, intermediates }: CertificateFiles,
  { files, clock }: Pick<Context, "files" | "clock">,
): Promise<NodeCertificate> {
  const [text, keyText, moreText] = await Promise.all([
    files.readText(path, "node's certificate"),
    files.readText(keyPath, "private key of the node's certificate"),
    intermediates === undefined ? "" : files.readText(intermediates, "certificates of authorities"),
  ]);
  const keyBlock = blocksOf(keyText).find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (keyBlock === undefined) {
    const advice = "write the key into the file, or name its own with --node-private-key";
    throw unusable(keyPath, "there is no private key in it", advice);
  }
  // The words around the key are no secret, and may stand in a message.
  const privateKeyPem = new Secret(`${keyBlock.whole}\n`, keyBlock.body.split(/\s+/));
  if (keyBlock.label.startsWith("ENCRYPTED") || keyBlock.whole.includes("ENCRYPTED")) {
    const advice = "write it without a passphrase, for root alone to read";
    throw unusable(keyPath, "its private key is encrypted", advice);
  }
  const certificates = blocksOf(text + moreText).filter(
    ({ label, body }, index, all) =>
      label === "CERTIFICATE" && all.findIndex((other) => other.body === body) === index,
  );
  const [leaf, ...others] = certificates.map(({ body }) => derOf(body, path));
  if (leaf === undefined) throw unusable(path, "there is no certificate in it", "write it in PEM");
  const facts = certificateFacts(leaf);
  if (facts === undefined) throw unusable(path, "its certificate cannot be read", "write it again");
  const { key } = facts;
  if (key === undefined) {
    throw unusable(path, "its key is of another kind", "use an RSA key, or one on the curve P-256 or P-384");
  }
  requirePair(facts, derOf(keyBlock.body, keyPath), path);
  requireTime(facts, clock.now(), path);
  const chainPem = certificates.map(({ whole }) => `${whole}\n`).join("");
  return { chain: [leaf, ...others], chainPem, privateKeyPem, key, facts, path };
}

interface Block {
  readonly whole: string;
  readonly label: string;
  readonly body: string;
}

function blocksOf(text: string): readonly Block[] {
  return Array.from(text.matchAll(BLOCK), ([whole, label = "", body = ""]) => ({ whole, label, body }));
}

function derOf(body: string, path: string): Uint8Array {
  try {
    return fromBase64(body);
  } catch {
    throw unusable(path, "a block in it is not base64", "write it again");
  }
}

/** The private key holds the numbers of the public one, an elliptic-curve key in most writers' files. */
function requirePair({ key, publicKey }: CertificateFacts, privateKey: Uint8Array, path: string): void {
  const modulus = key === "RSA" ? rsaModulus(privateKey) : undefined;
  const pair =
    key === "RSA" ? modulus !== undefined && includes(publicKey, modulus) : includes(privateKey, publicKey);
  if (pair) return;
  throw unusable(
    path,
    "the private key is not that of its certificate (or is written without its public key)",
    "put a certificate and its own key together",
  );
}

function requireTime({ notBefore, notAfter }: CertificateFacts, now: number, path: string): void {
  const time = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
  const clock = `this node's clock says ${time(now)}`;
  if (now < notBefore) {
    throw unusable(path, `it is not valid before ${time(notBefore)}, and ${clock}`, "check the node's clock");
  }
  if (now > notAfter) {
    const advice =
      "renew the certificate (the kubelet renews its own: see its logs), or check the node's clock";
    throw unusable(path, `it expired at ${time(notAfter)}, and ${clock}`, advice);
  }
}

function unusable(path: string, reason: string, advice: string): CredentialError {
  return new CredentialError({
    action: `using the certificate in ${path}`,
    reason,
    advice,
    failure: "misconfigured",
  });
}
