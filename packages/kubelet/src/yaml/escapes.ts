/**
 * What is wrong with the escapes of a double-quoted text, for go-yaml (scannerc.go) and not for the library: YAML 1.1
 * has no `\/`, which JSON has, and a `\u` that is half of a character is none.
 *
 * @param raw the text with its quotes
 */
export function faultOfEscapes(raw: string): string | undefined {
  for (const [sequence, short, long] of raw.matchAll(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|.)/gs)) {
    if (sequence === "\\/") return "found unknown escape character";
    const code = short ?? long;
    if (code === undefined) continue;
    const value = Number.parseInt(code, 16);
    if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) {
      return "found invalid Unicode character escape code";
    }
  }
  return undefined;
}
