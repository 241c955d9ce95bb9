import { fromBase64 } from "@imagecred/protocol";
import { p384 } from "@noble/curves/nist.js";
import { elementOf } from "../certificate/der.ts";

const SEQUENCE = 0x30;
const OCTET_STRING = 0x04;

/** Bytes of a number modulo the curve's order. */
const LENGTH = 48;

/**
 * ECDSA on P-384 in ASN.1 DER. The runtimes combine this curve with SHA-384 only; IAM Roles Anywhere requires SHA-256.
 * @param privateKeyPem PKCS#8 or SEC 1
 * @param hash the 32 bytes to sign
 * @throws {Error} for any other key
 */
export function signP384(privateKeyPem: string, hash: Uint8Array): Uint8Array {
  // Computing a larger table takes longer than it saves in one signature.
  p384.Point.BASE.precompute(4);
  return p384.sign(hash, scalarOf(privateKeyPem), { prehash: false, lowS: false, format: "der" });
}

/** The number in a key (RFC 5915), which is one level deeper in PKCS#8 (RFC 5958). */
function scalarOf(pem: string): Uint8Array {
  const [, label = "", body = ""] = /-----BEGIN ((?:EC )?PRIVATE KEY)-----([^-]*)-----END/.exec(pem) ?? [];
  const der = fromBase64(body);
  const sec1 = label === "PRIVATE KEY" ? octetsIn(der, 2) : der;
  const number = sec1 === undefined ? undefined : octetsIn(sec1, 1);
  if (number === undefined || number.length > LENGTH) throw new Error("the P-384 private key is malformed");
  const scalar = new Uint8Array(LENGTH);
  // Old software omits leading zeros.
  scalar.set(number, LENGTH - number.length);
  return scalar;
}

/** The content of the octet string that is the nth (from 0) field of a sequence. */
function octetsIn(der: Uint8Array, index: number): Uint8Array | undefined {
  const outer = elementOf(der);
  let field = outer?.tag === SEQUENCE ? elementOf(outer.content) : undefined;
  for (let at = 0; at < index && field !== undefined; at++) field = elementOf(field.rest);
  return field?.tag === OCTET_STRING ? field.content : undefined;
}
