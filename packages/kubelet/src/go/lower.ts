import { isPrint } from "@imagecred/protocol/go";

/**
 * strings.ToLower: one code point at a time, without JavaScript's rules for words and languages. Only U+0130 has two code
 * points in lower case in JavaScript; Go maps it to a plain `i`. Letters newer than Go's Unicode version have no lower case.
 */
export function goToLower(text: string): string {
  return Array.from(text, (char) => {
    if (char === "\u0130") return "i";
    return isPrint(char.codePointAt(0) ?? 0) ? char.toLowerCase() : char;
  }).join("");
}
