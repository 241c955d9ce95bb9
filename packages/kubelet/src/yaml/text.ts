import { bytesFrom, decodeRune, RUNE_ERROR } from "../go/bytes.ts";

/** A YAML file's text; with `error`, as far as it could be read. */
export interface YamlText {
  readonly text: string;
  readonly error?: string;
}

/**
 * Bytes to text as libyaml's reader does it (go-yaml v2, readerc.go): a byte order mark chooses UTF-8 or UTF-16,
 * anything that is not the encoding or a control character is an error.
 */
export function decodeYamlText(data: Uint8Array): YamlText {
  const [first, second, third] = data;
  if (first === 0xff && second === 0xfe) return checked(new TextDecoder("utf-16le").decode(data));
  if (first === 0xfe && second === 0xff) return checked(swapped(data));
  const bom = first === 0xef && second === 0xbb && third === 0xbf;
  const bytes = bytesFrom(bom ? data.subarray(3) : data);
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const { rune, width } = decodeRune(bytes, at);
    if (rune === RUNE_ERROR && width === 1) return { text, error: octetError(bytes.charCodeAt(at)) };
    if (!isAllowed(rune)) return { text, error: "control characters are not allowed" };
    text += String.fromCodePoint(rune);
    at += width;
  }
  return { text };
}

function swapped(data: Uint8Array): string {
  const bytes = Uint8Array.from(data, (_, index) => data[index ^ 1] ?? 0);
  return new TextDecoder("utf-16le").decode(bytes);
}

function checked(text: string): YamlText {
  for (const char of text) {
    if (!isAllowed(char.codePointAt(0) ?? 0))
      return { text: "", error: "control characters are not allowed" };
  }
  return { text };
}

function isAllowed(rune: number): boolean {
  if (rune === 0x09 || rune === 0x0a || rune === 0x0d || rune === 0x85) return true;
  return (rune >= 0x20 && rune <= 0x7e) || (rune >= 0xa0 && rune !== 0xfffe && rune !== 0xffff);
}

/** The first byte tells which of the reader's two complaints it is, near enough. */
function octetError(byte: number): string {
  const leading = byte < 0xc0 || byte >= 0xf8;
  return leading ? "invalid leading UTF-8 octet" : "invalid trailing UTF-8 octet";
}
