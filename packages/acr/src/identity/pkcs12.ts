import type { Crypto, Secret } from "@imagecred/protocol";
import { type ClientCertificate, unusable } from "./client-certificate.ts";
import { forge, hashNatively } from "./forge.ts";

const WRONG_PASSWORD = "check aadClientCertPassword, or AZURE_CLIENT_CERTIFICATE_PASSWORD";

/**
 * Opens a PKCS#12 file (RFC 7292), of modern tools (PBES2 with AES) or older ones (RC2, 3DES).
 * @throws {CredentialError} if the password is wrong, or the file has no certificate with its RSA key
 */
export function openPkcs12(
  bytes: Uint8Array,
  password: Secret | undefined,
  path: string,
  crypto: Crypto,
): Omit<ClientCertificate, "path"> {
  hashNatively(crypto);
  const container = parse(bytes, path);
  const opened = open(container, password, path);
  const { certBag, keyBag, pkcs8ShroudedKeyBag } = forge.pki.oids as Record<string, string>;
  const bagsOf = (type: string | undefined) => opened.getBags({ bagType: type ?? "" })[type ?? ""] ?? [];
  const key = [...bagsOf(pkcs8ShroudedKeyBag), ...bagsOf(keyBag)].find((bag) => bag.key != null)?.key;
  if (key == null)
    throw unusable(path, "the file has no RSA private key", "export the certificate with its private key");
  const certificates = bagsOf(certBag).flatMap((bag) => (bag.cert == null ? [] : [bag.cert]));
  const matches = (certificate: forge.pki.Certificate) =>
    (certificate.publicKey as forge.pki.rsa.PublicKey).n.equals((key as forge.pki.rsa.PrivateKey).n);
  const leaf = certificates.find(matches);
  if (leaf === undefined)
    throw unusable(
      path,
      "no certificate in the file matches its private key",
      "export the certificate with its private key",
    );
  const issuers = certificates.filter((certificate) => certificate !== leaf);
  return {
    chain: [derOf(leaf), ...issuers.map(derOf)],
    privateKeyPem: forge.pki.privateKeyToPem(key),
  };
}

function parse(bytes: Uint8Array, path: string): forge.asn1.Asn1 {
  try {
    return forge.asn1.fromDer(forge.util.binary.raw.encode(bytes));
  } catch {
    throw unusable(path, "it is neither PEM nor PKCS#12", "use a PEM or PKCS#12 (.pfx, .p12) file");
  }
}

function open(
  container: forge.asn1.Asn1,
  password: Secret | undefined,
  path: string,
): forge.pkcs12.Pkcs12Pfx {
  try {
    return forge.pkcs12.pkcs12FromAsn1(container, true, password?.reveal() ?? "");
  } catch (error) {
    const integrity = error instanceof Error && /password|MAC/i.test(error.message);
    if (integrity)
      throw unusable(
        path,
        password === undefined ? "it needs a password" : "the password does not open it",
        WRONG_PASSWORD,
      );
    throw unusable(
      path,
      "it is not a PKCS#12 file that can be read",
      "export it again, with AES or 3DES encryption",
    );
  }
}

/** Opens the encrypted private key of a PEM file: PKCS#8, or OpenSSL's older form. @throws {CredentialError} */
export function decryptPemKey(
  pem: string,
  password: Secret | undefined,
  path: string,
  crypto: Crypto,
): string {
  hashNatively(crypto);
  if (password === undefined) throw unusable(path, "its private key needs a password", WRONG_PASSWORD);
  let key: forge.pki.rsa.PrivateKey | null = null;
  try {
    // OpenSSL's older form uses the password's bytes, like PBES2.
    const bytes = pem.includes("Proc-Type:");
    key = forge.pki.decryptRsaPrivateKey(
      pem,
      bytes ? forge.util.encodeUtf8(password.reveal()) : password.reveal(),
    );
  } catch {
    // A wrong password gives random bytes, which cause many kinds of errors.
  }
  if (key === null)
    throw unusable(
      path,
      "the password does not open its private key, or it is not an RSA key",
      WRONG_PASSWORD,
    );
  return forge.pki.privateKeyToPem(key);
}

function derOf(certificate: forge.pki.Certificate): Uint8Array {
  const der = forge.asn1.toDer(forge.pki.certificateToAsn1(certificate)).getBytes();
  return Uint8Array.from(der, (character) => character.charCodeAt(0));
}
