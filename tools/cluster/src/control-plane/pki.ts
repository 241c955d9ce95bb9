import "reflect-metadata"; // @peculiar/x509 needs it loaded first
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  type webcrypto,
} from "node:crypto";
import { isIP } from "node:net";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 24 * 60 * 60 * 1000;

/** A certificate with its key, PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Subject {
  /** CN: the user's name. */
  readonly name: string;
  /** O: the user's group. */
  readonly group?: string;
  /** Host names and addresses, of a server's certificate. */
  readonly hosts?: readonly string[];
}

/** The cluster's certificate authority, for servers and for clients (https://kubernetes.io/docs/setup/best-practices/certificates/). */
export class ClusterAuthority {
  /** PEM of its certificate. */
  readonly pem: string;
  readonly #name: string;
  readonly #keys: webcrypto.CryptoKeyPair;

  private constructor(pem: string, name: string, keys: webcrypto.CryptoKeyPair) {
    this.pem = pem;
    this.#name = name;
    this.#keys = keys;
  }

  static async create(): Promise<ClusterAuthority> {
    const keys = await generateKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: serial(),
      name: "CN=kubernetes",
      notBefore: new Date(Date.now() - DAY),
      notAfter: new Date(Date.now() + 30 * DAY),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    return new ClusterAuthority(certificate.toString("pem"), certificate.subject, keys);
  }

  /** A certificate for a server or a client, with a new key. */
  async issue({ name, group, hosts = [] }: Subject): Promise<KeyPair> {
    const keys = await generateKeys();
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: group === undefined ? `CN=${name}` : `O=${group}, CN=${name}`,
      issuer: this.#name,
      notBefore: new Date(Date.now() - DAY),
      notAfter: new Date(Date.now() + 30 * DAY),
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
        ...(hosts.length === 0
          ? []
          : [
              new SubjectAlternativeNameExtension(
                hosts.map((host) => ({ type: isIP(host) === 0 ? "dns" : "ip", value: host })),
              ),
            ]),
      ],
    });
    const pkcs8 = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
    const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
    return {
      certificate: certificate.toString("pem"),
      key: key.export({ format: "pem", type: "pkcs8" }).toString(),
    };
  }
}

/** The key pair that signs service account tokens, PEM: the clouds' JWT libraries expect RSA. */
export function serviceAccountKeys(): { readonly privateKey: string; readonly publicKey: string } {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    privateKey: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    publicKey: createPublicKey(privateKey).export({ format: "pem", type: "spki" }).toString(),
  };
}

/** A kubeconfig with a client certificate. */
export function kubeconfig(
  server: string,
  authority: ClusterAuthority,
  { certificate, key }: KeyPair,
): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        { name: "imagecred", cluster: { server, "certificate-authority-data": base64(authority.pem) } },
      ],
      users: [
        {
          name: "user",
          user: { "client-certificate-data": base64(certificate), "client-key-data": base64(key) },
        },
      ],
      contexts: [{ name: "imagecred", context: { cluster: "imagecred", user: "user" } }],
      "current-context": "imagecred",
    },
    null,
    2,
  );
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40; // positive and of fixed length (RFC 5280 section 4.1.2.2)
  return bytes.toString("hex");
}
