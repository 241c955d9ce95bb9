import { hex } from "@imagecred/protocol";
import { elementOf } from "./der.ts";

/** The supported kinds of key. */
export type KeyKind = "RSA" | "P-256" | "P-384";

/** The contents of a certificate that are needed to use it. The server checks who signed it. */
export interface CertificateFacts {
  readonly serialNumber: bigint;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Undefined for another kind of key. */
  readonly key: KeyKind | undefined;
  /** The subject's public key without the algorithm: an RSAPublicKey, or an uncompressed point. */
  readonly publicKey: Uint8Array;
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OBJECT_IDENTIFIER = 0x06;
const SEQUENCE = 0x30;
const VERSION = 0xa0;

/** rsaEncryption, id-ecPublicKey with its curves (RFC 3279 section 2.3, RFC 5480 section 2.1.1). */
const RSA = "2a864886f70d010101";
const ELLIPTIC = "2a8648ce3d0201";
const CURVES: Readonly<Record<string, KeyKind>> = { "2a8648ce3d030107": "P-256", "2b81040022": "P-384" };

/** The facts of a certificate in DER (RFC 5280 section 4.1); undefined if the bytes are not a certificate. */
export function certificateFacts(der: Uint8Array): CertificateFacts | undefined {
  const [body] = childrenOf(elementOf(der));
  const fields = childrenOf(body);
  // Version 1 certificates do not contain the version.
  const [serial, , , validity, , spki] = fields[0]?.tag === VERSION ? fields.slice(1) : fields;
  const [notBefore, notAfter] = childrenOf(validity).map(timeOf);
  const [algorithm, bits] = childrenOf(spki);
  if (serial?.tag !== INTEGER || bits?.tag !== BIT_STRING) return undefined;
  if (notBefore === undefined || notAfter === undefined) return undefined;
  return {
    serialNumber: BigInt(`0x${hex(serial.content)}`),
    notBefore,
    notAfter,
    key: keyKind(algorithm),
    publicKey: bits.content.subarray(1),
  };
}

type Element = NonNullable<ReturnType<typeof elementOf>>;

function childrenOf(element: Element | undefined): readonly Element[] {
  const children: Element[] = [];
  let rest = element?.tag === SEQUENCE ? element.content : new Uint8Array();
  while (rest.length > 0) {
    const child = elementOf(rest);
    if (child === undefined) return children;
    children.push(child);
    rest = child.rest;
  }
  return children;
}

function keyKind(algorithm: Element | undefined): KeyKind | undefined {
  const [identifier, parameters] = childrenOf(algorithm).map(({ tag, content }) =>
    tag === OBJECT_IDENTIFIER ? hex(content) : "",
  );
  if (identifier === RSA) return "RSA";
  return identifier === ELLIPTIC ? CURVES[parameters ?? ""] : undefined;
}

/** UTCTime (until 2049) or GeneralizedTime, in UTC to the second (RFC 5280 section 4.1.2.5). */
function timeOf({ tag, content }: Element): number | undefined {
  const text = new TextDecoder().decode(content);
  const year = tag === 0x17 ? (text < "50" ? "20" : "19") : "";
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(year + text) ?? [];
  const [y, month, day, hour, minute, second] = parts.map(Number);
  if (y === undefined || month === undefined) return undefined;
  return Date.UTC(y, month - 1, day, hour, minute, second);
}
