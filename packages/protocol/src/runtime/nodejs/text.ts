import type { TextCoding } from "../text.ts";

/** See {@link TextCoding}. */
export const textCoding: TextCoding = {
  isVisibleAscii: (text) => /^[\x21-\x7e]+$/.test(text),
  isPlainJson: (text) => /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(text),
  fromBase64(text) {
    const compact = text.replace(/[\t\n\f\r ]+/g, "").replace(/={1,2}$/, "");
    if (!/^[A-Za-z0-9+/_-]*$/.test(compact) || compact.length % 4 === 1) return undefined;
    return new Uint8Array(Buffer.from(compact, "base64"));
  },
};
