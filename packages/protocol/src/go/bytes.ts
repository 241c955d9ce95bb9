import { binary } from "../encoding.ts";

/**
 * Go strings are bytes, JavaScript's are UTF-16. Where the kubelet's behavior depends on bytes (percent escapes that
 * decode to half a character, lengths, sort order, `%q`), the text is held as a {@link ByteString}: one UTF-16 unit
 * per byte, so that indexing, slicing and `<` do what Go does.
 */

/** A string in which each UTF-16 unit is one byte of the Go string. */
export type ByteString = string & { readonly __bytes: unique symbol };

/** The result of {@link decodeRune}; `width` 1 with `rune` U+FFFD is a byte that is not UTF-8. */
export interface Rune {
  readonly rune: number;
  readonly width: number;
}

/** The replacement character, which Go calls RuneError. */
export const RUNE_ERROR = 0xfffd;

const encoder = new TextEncoder();

/** The UTF-8 bytes of a JavaScript string; a lone surrogate becomes U+FFFD, as it does in JSON that Go reads. */
export function bytesOf(text: string): ByteString {
  return isAscii(text) ? (text as ByteString) : bytesFrom(encoder.encode(text));
}

/** Wraps raw bytes. */
export function bytesFrom(bytes: Uint8Array): ByteString {
  return binary(bytes) as ByteString;
}

/** Converts to a JavaScript string; every byte that is not UTF-8 becomes one U+FFFD, as in Go's json.Marshal. */
export function textOf(bytes: ByteString): string {
  if (isAscii(bytes)) return bytes;
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { rune, width } = decodeRune(bytes, at);
    pieces.push(String.fromCodePoint(rune));
    at += width;
  }
  return pieces.join("");
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 0x80) return false;
  return true;
}

/** utf8.DecodeRuneInString at an offset within the string. */
export function decodeRune(bytes: ByteString, at: number): Rune {
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return { rune: first, width: 1 };
  const width =
    first >= 0xc2 && first <= 0xdf
      ? 2
      : first >= 0xe0 && first <= 0xef
        ? 3
        : first >= 0xf0 && first <= 0xf4
          ? 4
          : 0;
  const invalid = { rune: RUNE_ERROR, width: 1 };
  if (width === 0 || at + width > bytes.length) return invalid;
  let rune = first & (0xff >> (width + 1));
  for (let next = 1; next < width; next++) {
    const byte = bytes.charCodeAt(at + next);
    if ((byte & 0xc0) !== 0x80) return invalid;
    rune = (rune << 6) | (byte & 0x3f);
  }
  const overlong = rune < (width === 2 ? 0x80 : width === 3 ? 0x800 : 0x10000);
  const surrogate = rune >= 0xd800 && rune <= 0xdfff;
  return overlong || surrogate || rune > 0x10ffff ? invalid : { rune, width };
}

/** Compares as Go's `<` on strings and as sort.Strings do: by bytes. */
export function compareBytes(a: string, b: string): number {
  const left = bytesOf(a);
  const right = bytesOf(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** True for unicode.IsSpace: Unicode's White_Space. */
export function isSpace(rune: number): boolean {
  return (
    (rune >= 0x09 && rune <= 0x0d) ||
    rune === 0x20 ||
    rune === 0x85 ||
    rune === 0xa0 ||
    rune === 0x1680 ||
    (rune >= 0x2000 && rune <= 0x200a) ||
    rune === 0x2028 ||
    rune === 0x2029 ||
    rune === 0x202f ||
    rune === 0x205f ||
    rune === 0x3000
  );
}
