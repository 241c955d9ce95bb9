/**
 * strings.ToLower: one code point at a time, without JavaScript's rules for words and languages. The one code point
 * whose JavaScript lower case is two is U+0130, which Go maps to a plain `i`.
 */
export function goToLower(text: string): string {
  let out = "";
  for (const char of text) out += char === "\u0130" ? "i" : char.toLowerCase();
  return out;
}
