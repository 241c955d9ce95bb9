import { includes, rsaModulus } from "@imagecred/identities/certificate";
import { type Context, fromBase64, type Secret } from "@imagecred/protocol";
import { type ClientCertificate, unusable } from "./client-certificate.ts";

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;

/**
 * Reads a certificate with its private key: PEM (the key may be encrypted with the password), or PKCS#12.
 * @param others more PEM files: the key, certificates of issuers
 * @throws {CredentialError} if there is no certificate, or the password is wrong
 */
export async function readCertificateFile(
  path: string,
  password: Secret | undefined,
  context: Pick<Context, "files" | "crypto">,
  others: readonly string[] = [],
): Promise<ClientCertificate> {
  const [bytes, ...more] = await Promise.all([
    context.files.readBytes(path, "client certificate"),
    ...others.map((each) => context.files.readText(each, "client certificate or its key")),
  ]);
  const text = [new TextDecoder().decode(bytes), ...more].join("\n");
  if (text.includes("-----BEGIN ")) return await readPem(text, password, path, context.crypto);
  const { openPkcs12 } = await import("./pkcs12.ts");
  return { ...openPkcs12(bytes, password, path, context.crypto), path };
}

async function readPem(
  text: string,
  password: Secret | undefined,
  path: string,
  crypto: Context["crypto"],
): Promise<ClientCertificate> {
  const blocks = Array.from(text.matchAll(BLOCK), ([whole, label = "", body = ""]) => ({
    whole,
    label,
    body,
  }));
  const keys = blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"));
  const [key] = keys;
  const certificates = blocks
    .filter(({ label }) => label === "CERTIFICATE")
    .map(({ body }) => derOf(body, path, "a certificate"));
  if (certificates.length === 0)
    throw unusable(
      path,
      "the file has no certificate",
      "put the certificate and its private key into one PEM file",
    );
  if (key === undefined)
    throw unusable(
      path,
      "the file has no private key",
      "put the certificate and its private key into one PEM file",
    );
  if (keys.some(({ body }) => body !== key.body))
    throw unusable(path, "the file has more than one private key", "keep only the key of the certificate");
  const encrypted = key.label === "ENCRYPTED PRIVATE KEY" || key.body.includes("Proc-Type: 4,ENCRYPTED");
  const privateKeyPem = encrypted
    ? (await import("./pkcs12.ts")).decryptPemKey(key.whole, password, path, crypto)
    : `${key.whole}\n`;
  const leaf = certificateOf(privateKeyPem, certificates, path);
  return { chain: [leaf, ...certificates.filter((each) => each !== leaf)], privateKeyPem, path };
}

/**
 * The certificate of a private key: the one with the key's modulus. For a key that is not RSA, the first one: signing fails
 * later, with the reason.
 */
function certificateOf(privateKeyPem: string, certificates: readonly Uint8Array[], path: string): Uint8Array {
  const [, body = ""] = /-----BEGIN [A-Z ]+-----([^-]*)-----END/.exec(privateKeyPem) ?? [];
  const modulus = rsaModulus(derOf(body, path, "the private key"));
  const leaf = modulus === undefined ? certificates[0] : certificates.find((each) => includes(each, modulus));
  if (leaf !== undefined) return leaf;
  throw unusable(
    path,
    "no certificate in the file matches its private key",
    "put the certificate and its own private key into one PEM file",
  );
}

function derOf(body: string, path: string, what: string): Uint8Array {
  try {
    return fromBase64(body.replace(/\s+/g, ""));
  } catch {
    throw unusable(path, `${what} in the file is not base64`, "check the file");
  }
}
