import { type Context, fromBase64, type Secret } from "@imagecred/protocol";
import { type ClientCertificate, unusable } from "./client-certificate.ts";

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;

/**
 * Reads a certificate with its private key: PEM (its key perhaps encrypted with the password), or PKCS#12.
 * @throws {CredentialError} for a file without one, or that does not open with the password
 */
export async function readCertificateFile(
  path: string,
  password: Secret | undefined,
  context: Pick<Context, "files" | "crypto">,
): Promise<ClientCertificate> {
  const bytes = await context.files.readBytes(path, "client certificate");
  const text = new TextDecoder().decode(bytes);
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
  const key = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  const [leaf, ...issuers] = blocks
    .filter(({ label }) => label === "CERTIFICATE")
    .map(({ body }) => derOf(body, path));
  if (leaf === undefined)
    throw unusable(
      path,
      "there is no certificate in it",
      "put the certificate and its private key into one PEM file",
    );
  if (key === undefined)
    throw unusable(
      path,
      "there is no private key in it",
      "put the certificate and its private key into one PEM file",
    );
  const encrypted = key.label === "ENCRYPTED PRIVATE KEY" || key.body.includes("Proc-Type: 4,ENCRYPTED");
  const privateKeyPem = encrypted
    ? (await import("./pkcs12.ts")).decryptPemKey(key.whole, password, path, crypto)
    : `${key.whole}\n`;
  return { chain: [leaf, ...issuers], privateKeyPem, path };
}

function derOf(body: string, path: string): Uint8Array {
  try {
    return fromBase64(body.replace(/\s+/g, ""));
  } catch {
    throw unusable(path, "a certificate in it is not base64", "check the file");
  }
}
