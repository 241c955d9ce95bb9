/** DER's tags (ITU-T X.690). */
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** The bytes after the element. */
  readonly rest: Uint8Array;
}

/**
 * The modulus of an RSA private key, PKCS#8 (RFC 5208) or PKCS#1 (RFC 8017 appendix A.1.2), without leading zeros.
 * Undefined for another kind of key, and if the bytes are not DER.
 */
export function rsaModulus(privateKey: Uint8Array): Uint8Array | undefined {
  const outer = elementOf(privateKey);
  const version = outer?.tag === SEQUENCE ? elementOf(outer.content) : undefined;
  const second = version?.tag === INTEGER ? elementOf(version.rest) : undefined;
  if (second?.tag === INTEGER) {
    const modulus = second.content.subarray(second.content.findIndex((byte) => byte !== 0));
    // An RSA modulus has at least 128 bytes; in other keys the second integer is shorter.
    return modulus.length >= 128 ? modulus : undefined;
  }
  const wrapped = second?.tag === SEQUENCE ? elementOf(second.rest) : undefined;
  return wrapped?.tag === OCTET_STRING ? rsaModulus(wrapped.content) : undefined;
}

/** The first element in DER; undefined if the bytes are not DER. */
export function elementOf(der: Uint8Array): Element | undefined {
  const [tag, first] = der;
  if (tag === undefined || first === undefined) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 4) return undefined;
  let length = lengthBytes === 0 ? first : 0;
  for (const byte of der.subarray(2, 2 + lengthBytes)) length = length * 256 + byte;
  const start = 2 + lengthBytes;
  if (der.length < start + length) return undefined;
  return { tag, content: der.subarray(start, start + length), rest: der.subarray(start + length) };
}

/** Whether `part` occurs in `whole`. */
export function includes(whole: Uint8Array, part: Uint8Array): boolean {
  for (let at = 0; at + part.length <= whole.length; at++) {
    if (part.every((byte, index) => whole[at + index] === byte)) return true;
  }
  return false;
}
