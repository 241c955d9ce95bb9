import { type ByteString, bytesOf, decodeRune, RUNE_ERROR } from "./bytes.ts";
import { isPrint } from "./printable.ts";

const NAMED: Readonly<Record<number, string>> = {
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

/** strconv.Quote, the `%q` in nearly every text of the kubelet. */
export function quote(text: string): string {
  return quoteBytes(bytesOf(text));
}

/** {@link quote} for bytes that may not be UTF-8. */
export function quoteBytes(bytes: ByteString): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { rune, width } = decodeRune(bytes, at);
    pieces.push(rune === RUNE_ERROR && width === 1 ? hex("\\x", bytes.charCodeAt(at), 2) : quoteRune(rune));
    at += width;
  }
  return `"${pieces.join("")}"`;
}

function quoteRune(rune: number): string {
  const named = NAMED[rune];
  if (named !== undefined) return named;
  if (isPrint(rune)) return String.fromCodePoint(rune);
  if (rune < 0x20 || rune === 0x7f) return hex("\\x", rune, 2);
  return rune < 0x10000 ? hex("\\u", rune, 4) : hex("\\U", rune, 8);
}

function hex(prefix: string, value: number, digits: number): string {
  return prefix + value.toString(16).padStart(digits, "0");
}

/** Quotes one byte as encoding/json does in syntax errors: single quotes, with the byte as a code point. */
export function quoteJsonByte(byte: number): string {
  if (byte === 0x27) return "'\\''";
  if (byte === 0x22) return "'\"'";
  return `'${quoteRune(byte)}'`;
}
