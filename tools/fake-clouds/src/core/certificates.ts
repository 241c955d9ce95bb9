import "reflect-metadata"; // @peculiar/x509 needs it loaded first
import { createPrivateKey, randomBytes, type webcrypto } from "node:crypto";
import { isIP } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** Defects of a server's certificate. */
export type CertificateProblem = "expired" | "not-yet-valid" | "wrong-host" | "unknown-issuer";

/** Certificate and key of a TLS server, in PEM. */
export interface ServerCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 24 * 60 * 60 * 1000;

/** A certificate authority for one run; its key never leaves the process. */
export class CertificateAuthority {
  /** PEM of the CA certificate, for clients to trust. */
  readonly pem: string;
  readonly #name: string;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #leafKeys: webcrypto.CryptoKeyPair;
  readonly #leafKeyPem: string;
  readonly #contexts = new Map<string, Promise<SecureContext>>();

  private constructor(
    pem: string,
    name: string,
    keys: webcrypto.CryptoKeyPair,
    leafKeys: webcrypto.CryptoKeyPair,
    leafKeyPem: string,
  ) {
    this.pem = pem;
    this.#name = name;
    this.#keys = keys;
    this.#leafKeys = leafKeys;
    this.#leafKeyPem = leafKeyPem;
  }

  static async create(commonName = "imagecred fake clouds CA"): Promise<CertificateAuthority> {
    const [keys, leafKeys] = await Promise.all([generateKeys(), generateKeys()]);
    const now = Date.now();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: serial(),
      name: `CN=${commonName}`,
      notBefore: new Date(now - DAY),
      notAfter: new Date(now + 30 * DAY),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    const pkcs8 = Buffer.from(await crypto.subtle.exportKey("pkcs8", leafKeys.privateKey));
    const leafKeyPem = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" })
      .export({ format: "pem", type: "pkcs8" })
      .toString();
    return new CertificateAuthority(
      certificate.toString("pem"),
      certificate.subject,
      keys,
      leafKeys,
      leafKeyPem,
    );
  }

  /** Certificate and key of a TLS server for `host`, with the flaw `problem`, if given. Created once per host and flaw. */
  contextFor(host: string, problem?: CertificateProblem): Promise<SecureContext> {
    const key = `${host} ${problem ?? ""}`;
    let context = this.#contexts.get(key);
    if (context === undefined) {
      context = this.#issue(host, problem);
      this.#contexts.set(key, context);
    }
    return context;
  }

  async #issue(host: string, problem: CertificateProblem | undefined): Promise<SecureContext> {
    const name = problem === "wrong-host" ? "wrong-host.invalid" : host;
    const { certificatePem, privateKeyPem } = await this.issue([name], problem);
    return createSecureContext({ cert: certificatePem, key: privateKeyPem, minVersion: "TLSv1.2" });
  }

  /** Certificate and key, in PEM, for a server in another process. @param names DNS names and IP addresses */
  async issue(names: readonly string[], problem?: CertificateProblem): Promise<ServerCertificate> {
    const signer = problem === "unknown-issuer" ? await generateKeys() : this.#keys;
    const [from, until] = validity(problem);
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serial(),
      // Names of more than 64 characters do not fit a CN, and clients read only the alternative names.
      subject: "CN=imagecred fake cloud",
      issuer: this.#name,
      notBefore: new Date(from),
      notAfter: new Date(until),
      publicKey: this.#leafKeys.publicKey,
      signingKey: signer.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value })),
        ),
      ],
    });
    return { certificatePem: certificate.toString("pem"), privateKeyPem: this.#leafKeyPem };
  }
}

function validity(problem: CertificateProblem | undefined): [from: number, until: number] {
  const now = Date.now();
  if (problem === "expired") return [now - 20 * DAY, now - 10 * DAY];
  if (problem === "not-yet-valid") return [now + 10 * DAY, now + 20 * DAY];
  return [now - DAY, now + 20 * DAY];
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40; // positive and of fixed length, as RFC 5280 requires
  return bytes.toString("hex");
}
