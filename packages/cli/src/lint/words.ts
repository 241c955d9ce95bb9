export { nearest } from "@imagecred/protocol";

/** A text as it would stand in JSON: for values in messages. */
export function shown(text: string): string {
  return JSON.stringify(text);
}

/** Several values in a sentence. */
export function listed(texts: readonly string[]): string {
  return texts.map(shown).join(", ");
}
