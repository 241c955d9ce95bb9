import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ByteString, bytesFrom, bytesOf, compareBytes, decodeRune, isSpace, textOf } from "./bytes.ts";

const anyText = fc.string({ unit: "binary" });

test("text converted to bytes and back is the same; half a surrogate pair becomes U+FFFD", () => {
  fc.assert(fc.property(anyText, (text) => assert.equal(textOf(bytesOf(text)), text.toWellFormed())));
  assert.equal(textOf(bytesOf("a\ud800b")), "a\ufffdb");
});

test("bytes are compared as Go compares strings", () => {
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      assert.equal(compareBytes(a, b), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  // In UTF-16 the surrogates of U+10000 come before U+FFFD.
  assert.equal(compareBytes("\u{10000}", "\ufffd"), 1);
});

test("each byte that is not UTF-8 becomes U+FFFD", () => {
  const invalid = [
    [0xff],
    [0xc0, 0x80],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xc3],
  ];
  for (const bytes of invalid) {
    assert.equal(textOf(bytesFrom(Uint8Array.from(bytes))), "\ufffd".repeat(bytes.length));
  }
  assert.deepEqual(decodeRune("\xe2\x82\xac" as ByteString, 0), { rune: 0x20ac, width: 3 });
});

test("white space is Unicode's White_Space", () => {
  const spaces = Array.from({ length: 0x3100 }, (_, rune) => rune).filter(isSpace);
  // JavaScript's \s includes the byte order mark, which is outside this range, and lacks U+0085.
  const expected = spaces.filter((rune) => rune === 0x85 || /\s/.test(String.fromCodePoint(rune)));
  assert.deepEqual(spaces, expected);
  assert.equal(spaces.length, 25);
});
