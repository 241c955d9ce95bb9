/** Checks of every character of a token. They are native on the static runtime, where a regular expression costs 0.1 ms per token. */
export interface TextCoding {
  /** Whether the text is not empty and every character is visible ASCII (0x21 to 0x7e). */
  isVisibleAscii(text: string): boolean;
  /** Whether every character is printable ASCII (0x20 to 0x7e) except `"` and `\`, so that JSON needs no escapes. */
  isPlainJson(text: string): boolean;
  /**
   * The bytes of base64 or base64url (RFC 4648 sections 4 and 5), with or without padding; ASCII white space is ignored.
   * Undefined for other characters and impossible lengths.
   */
  fromBase64(text: string): Uint8Array | undefined;
}
