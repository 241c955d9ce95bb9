import { isPrint } from "@imagecred/protocol/go";

/**
 * strings.ToLower: one code point at a time, without JavaScript's rules for words and languages. The one code point
 * whose JavaScript lower case is two is U+0130, which Go maps to a plain `i`; letters that are younger than Go's
 * Unicode have no lower case yet.
 */
export function goToLower(text: string): string {
  let out = "";
  for (const char of text) {
    if (char === "\u0130") out += "i";
    else out += isPrint(char.codePointAt(0) ?? 0) ? char.toLowerCase() : char;
  }
  return out;
}
