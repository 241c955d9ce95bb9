import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { base64, base64url, hex } from "./encoding.ts";
import { fromBase64 } from "./from-base64.ts";

test("encoding matches Node.js's Buffer, and decoding returns the bytes, in both alphabets", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.equal(base64(bytes), Buffer.from(bytes).toString("base64"));
      assert.equal(base64url(bytes), Buffer.from(bytes).toString("base64url"));
      assert.equal(hex(bytes), Buffer.from(bytes).toString("hex"));
      assert.deepEqual(fromBase64(base64(bytes)), bytes);
      assert.deepEqual(fromBase64(base64url(bytes)), bytes);
    }),
  );
});

test("white space is ignored; other characters that are not base64 are an error", () => {
  assert.deepEqual(fromBase64("aGVs\nbG8=\n"), new TextEncoder().encode("hello"));
  for (const text of ["!!!notbase64", "a", "aGVsbG8===", "aG=VsbG8"]) {
    assert.throws(() => fromBase64(text), SyntaxError, text);
  }
});
