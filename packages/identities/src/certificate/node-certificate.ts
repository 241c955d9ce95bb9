import { type Context, CredentialError, fromBase64, Secret } from "@imagecred/protocol";
import type { CertificateFiles } from "../node-identity.ts";
import { includes, rsaModulus } from "./der.ts";
import { type CertificateFacts, certificateFacts, type KeyKind } from "./x509.ts";

/** A certificate with its key, from the node's files. */
export interface NodeCertificate {
  /** DER: the certificate, then its authorities', in the order of the files. */
  readonly chain: readonly [Uint8Array, ...Uint8Array[]];
  /** PEM of the same. */
  readonly chainPem: string;
  /** PKCS#8, PKCS#1 or SEC 1, not encrypted. */
  readonly privateKeyPem: Secret;
  readonly key: KeyKind;
  readonly facts: CertificateFacts;
  /** The certificate's file, for messages. */
  readonly path: string;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g;

/**
 * Reads a node's certificate from one file that also has the key, such as the kubelet's
 * `/var/lib/kubelet/pki/kubelet-client-current.pem`, or from several.
 * @throws {CredentialError} if the files have no usable pair, or the certificate is not valid now
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
    const advice = "write the key into the file, or set --node-private-key to its file";
    throw unusable(keyPath, "the file has no private key", advice);
  }
  // The label lines around the key are not secret, and messages may contain the same words.
  const privateKeyPem = new Secret(`${keyBlock.whole}\n`, keyBlock.body.split(/\s+/));
  if (keyBlock.label.startsWith("ENCRYPTED") || keyBlock.whole.includes("ENCRYPTED")) {
    const advice = "write it without a passphrase, readable only by root";
    throw unusable(keyPath, "its private key is encrypted", advice);
  }
  const certificates = blocksOf(text + moreText).filter(
    ({ label, body }, index, all) =>
      label === "CERTIFICATE" && all.findIndex((other) => other.body === body) === index,
  );
  const [leaf, ...others] = certificates.map(({ body }) => derOf(body, path));
  if (leaf === undefined) throw unusable(path, "the file has no certificate", "write it in PEM");
  const facts = certificateFacts(leaf);
  if (facts === undefined) throw unusable(path, "its certificate cannot be read", "write it again");
  const { key } = facts;
  if (key === undefined) {
    throw unusable(path, "this kind of key is not supported", "use an RSA key, or a key on P-256 or P-384");
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

/** Checks that the private key contains the public key's numbers, which most software writes into elliptic-curve keys. */
function requirePair({ key, publicKey }: CertificateFacts, privateKey: Uint8Array, path: string): void {
  const modulus = key === "RSA" ? rsaModulus(privateKey) : undefined;
  const pair =
    key === "RSA" ? modulus !== undefined && includes(publicKey, modulus) : includes(privateKey, publicKey);
  if (pair) return;
  throw unusable(
    path,
    "the private key does not match the certificate (or its file lacks the public key)",
    "use the certificate's own key",
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
