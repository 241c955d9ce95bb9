export { nearest } from "@imagecred/protocol";

/** A value in double quotes, escaped as in JSON, for messages. */
export function shown(text: string): string {
  return JSON.stringify(text);
}

/** Several values, quoted and separated by commas. */
export function listed(texts: readonly string[]): string {
  return texts.map(shown).join(", ");
}
