import type { ByteString } from "./bytes.ts";
import { quoteBytes } from "./quote.ts";

/** The part of a URL that is unescaped. Go's net/url has two more, which the kubelet does not use. */
export type UrlPart = "path" | "host" | "zone" | "userinfo" | "fragment";

/** An error of net/url, with its text. */
export class GoUrlError extends Error {
  override name = "GoUrlError";
}

const ALPHANUMERIC = /[A-Za-z0-9]/;

/** The punctuation that each part holds without escaping (net/url, encoding_table.go of Go 1.26). */
const UNESCAPED: Readonly<Record<UrlPart, string>> = {
  path: "$&+,-./:;=@_~",
  host: "!\"$&'()*+,-.:;<=>[]_~",
  zone: "!\"$&'()*+,-.:;<=>[]_~",
  userinfo: "$&+,-.;=_~",
  fragment: "!$&()*+,-./:;=?@_~",
};

function mustEscape(char: string, part: UrlPart): boolean {
  return !ALPHANUMERIC.test(char) && !UNESCAPED[part].includes(char);
}

/**
 * Decodes percent escapes. In a host only bytes above 0x7f may be escaped (RFC 3986 section 3.2.2), in the zone of an
 * IPv6 literal also what a host may contain, and a space (RFC 6874).
 *
 * @throws {GoUrlError} `invalid URL escape "%zz"` or `invalid character " " in host name`
 */
export function unescapePart(text: ByteString, part: UrlPart): ByteString {
  const inHost = part === "host" || part === "zone";
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char !== "%") {
      if (inHost && char < "\u0080" && mustEscape(char, part)) {
        throw new GoUrlError(`invalid character ${quoteBytes(char as ByteString)} in host name`);
      }
      pieces.push(char);
      continue;
    }
    const sequence = text.slice(at, at + 3);
    if (!/^%[0-9A-Fa-f]{2}$/.test(sequence)) throw invalidEscape(sequence);
    const byte = Number.parseInt(sequence.slice(1), 16);
    if (part === "host" && byte < 0x80 && sequence !== "%25") throw invalidEscape(sequence);
    if (
      part === "zone" &&
      sequence !== "%25" &&
      byte !== 0x20 &&
      mustEscape(String.fromCharCode(byte), "host")
    ) {
      throw invalidEscape(sequence);
    }
    pieces.push(String.fromCharCode(byte));
    at += 2;
  }
  return pieces.join("") as ByteString;
}

function invalidEscape(sequence: string): GoUrlError {
  return new GoUrlError(`invalid URL escape ${quoteBytes(sequence as ByteString)}`);
}

/** Escapes the characters that the part must escape, with upper-case hexadecimal digits. */
export function escapePart(text: ByteString, part: UrlPart): string {
  return text.replace(/./gs, (char) =>
    mustEscape(char, part) ? `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}` : char,
  );
}
