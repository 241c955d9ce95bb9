/**
 * Characters that a terminal executes or does not show: control characters (C0 and C1), line and paragraph separators,
 * format characters (bidirectional controls, zero-width characters, byte order marks), lone surrogates.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text with each invisible character as `\u` and four digits per UTF-16 unit, which are also JSON's escapes: `\u202e`. */
export function escapeInvisible(text: string): string {
  return text.replace(INVISIBLE, escaped);
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
  }).join("");
}
