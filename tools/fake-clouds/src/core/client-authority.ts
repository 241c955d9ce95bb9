import "reflect-metadata"; // @peculiar/x509 needs it loaded first
import { createPrivateKey, randomBytes, type webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { Secrets } from "./secrets.ts";

/** Defects of a client's certificate. */
export type ClientCertificateFlaw = "expired" | "not-yet-valid" | "authority" | "no-digital-signature";

export interface ClientCertificateOptions {
  /** Default `CN=system:node:node-1,O=system:nodes`, as for a kubelet. */
  readonly subject?: string;
  /** Default `P-256`, as for a kubelet. */
  readonly key?: KeyKind;
  readonly alternativeNames?: readonly JsonGeneralName[];
  readonly flaw?: ClientCertificateFlaw;
}

export type KeyKind = "RSA" | "P-256" | "P-384";

/** A client certificate with its key. */
export interface IssuedCertificate {
  readonly certificatePem: string;
  /** PKCS#8. */
  readonly privateKeyPem: string;
  /** PEM of the intermediates up to the root, the issuer first; can be empty. */
  readonly chainPem: string;
}

const DAY = 24 * 60 * 60 * 1000;

/** An operator's certificate authority for machines: a cluster's, or a company's, with or without an intermediate. */
export class ClientAuthority {
  /** PEM of the root, for clouds to trust. */
  readonly pem: string;
  /** PEM of the intermediates, the issuer of leaves first. */
  readonly chainPem: string;
  readonly #name: string;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #kind: KeyKind;
  readonly #secrets: Secrets;

  private constructor(parts: {
    readonly pem: string;
    readonly chainPem: string;
    readonly name: string;
    readonly keys: webcrypto.CryptoKeyPair;
    readonly kind: KeyKind;
    readonly secrets: Secrets;
  }) {
    this.pem = parts.pem;
    this.chainPem = parts.chainPem;
    this.#name = parts.name;
    this.#keys = parts.keys;
    this.#kind = parts.kind;
    this.#secrets = parts.secrets;
  }

  static async create(
    secrets: Secrets,
    { name = "CN=kubernetes", kind = "P-256" }: { readonly name?: string; readonly kind?: KeyKind } = {},
  ): Promise<ClientAuthority> {
    const keys = await generate(kind);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      ...validity(undefined),
      serialNumber: serial(),
      name,
      keys,
      signingAlgorithm: ALGORITHMS[kind],
      extensions: AUTHORITY,
    });
    return new ClientAuthority({ pem: certificate.toString("pem"), chainPem: "", name, keys, kind, secrets });
  }

  /** An intermediate CA below this one: its leaves need its certificate in the chain. */
  async intermediate(name = "CN=kubernetes intermediate", kind: KeyKind = "P-256"): Promise<ClientAuthority> {
    const keys = await generate(kind);
    const certificate = await X509CertificateGenerator.create({
      ...validity(undefined),
      serialNumber: serial(),
      subject: name,
      issuer: this.#name,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHMS[this.#kind],
      extensions: AUTHORITY,
    });
    const chainPem = `${certificate.toString("pem")}\n${this.chainPem}`;
    return new ClientAuthority({ pem: this.pem, chainPem, name, keys, kind, secrets: this.#secrets });
  }

  async issue(options: ClientCertificateOptions = {}): Promise<IssuedCertificate> {
    const { subject = "CN=system:node:node-1,O=system:nodes", key = "P-256", flaw } = options;
    const keys = await generate(key);
    const usage =
      flaw === "no-digital-signature" ? KeyUsageFlags.keyEncipherment : KeyUsageFlags.digitalSignature;
    const extensions: Extension[] =
      flaw === "authority"
        ? [
            new BasicConstraintsExtension(true, 0, true),
            new KeyUsagesExtension(usage | KeyUsageFlags.keyCertSign, true),
          ]
        : [new BasicConstraintsExtension(false, undefined, true), new KeyUsagesExtension(usage, true)];
    extensions.push(new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]));
    if (options.alternativeNames !== undefined)
      extensions.push(new SubjectAlternativeNameExtension([...options.alternativeNames]));
    const certificate = await X509CertificateGenerator.create({
      ...validity(flaw),
      serialNumber: serial(),
      subject,
      issuer: this.#name,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHMS[this.#kind],
      extensions,
    });
    const pkcs8 = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
    const privateKeyPem = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" })
      .export({ format: "pem", type: "pkcs8" })
      .toString();
    this.#secrets.register("clientCertificateKey", privateKeyPem);
    return { certificatePem: `${certificate.toString("pem")}\n`, privateKeyPem, chainPem: this.chainPem };
  }
}

const AUTHORITY = [
  new BasicConstraintsExtension(true, undefined, true),
  new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
];

const ALGORITHMS = {
  RSA: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  "P-256": { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  "P-384": { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
} as const;

function generate(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHMS[kind], true, ["sign", "verify"]);
}

function validity(flaw: ClientCertificateFlaw | undefined): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  const [from, until] = flaw === "expired" ? [-20, -10] : flaw === "not-yet-valid" ? [10, 20] : [-1, 20];
  return { notBefore: new Date(now + from * DAY), notAfter: new Date(now + until * DAY) };
}

function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40; // positive and of fixed length, as RFC 5280 requires
  return bytes.toString("hex");
}
