/**
 * json.Marshal of text and lists of text: HTML's special characters and the two line separators are escaped, a surrogate
 * without its partner becomes U+FFFD.
 */
export function goJson(value: string | readonly string[]): string {
  const wellFormed =
    typeof value === "string" ? value.toWellFormed() : value.map((text) => text.toWellFormed());
  return JSON.stringify(wellFormed).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
