import { textCoding } from "#runtime";

/**
 * The bytes of base64 or base64url, with or without padding; ASCII white space is ignored.
 * @throws {SyntaxError} for other characters and impossible lengths
 */
export function fromBase64(text: string): Uint8Array {
  const bytes = textCoding.fromBase64(text);
  if (bytes === undefined) throw new SyntaxError("not base64");
  return bytes;
}
