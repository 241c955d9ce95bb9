import { type ByteString, textOf } from "../go/bytes.ts";

const SIMPLE: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/**
 * The text of a JSON string literal that was checked before, quotes not included. As in encoding/json, bytes that are
 * no UTF-8 and surrogates without their partner become U+FFFD.
 */
export function unquoteJson(literal: ByteString): string {
  if (!literal.includes("\\")) return textOf(literal);
  let out = "";
  for (const piece of literal.matchAll(/[^\\]+|\\u([0-9A-Fa-f]{4})|\\(.)/gs)) {
    const [whole, unit, simple] = piece;
    if (unit !== undefined) out += String.fromCharCode(Number.parseInt(unit, 16));
    else if (simple !== undefined) out += SIMPLE[simple] ?? simple;
    else out += textOf(whole as ByteString);
  }
  return out.toWellFormed();
}
