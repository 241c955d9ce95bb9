import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf } from "@imagecred/protocol/go";
import fc from "fast-check";
import { JsonSyntaxError, parseGoJson } from "./json.ts";
import type { DataNode } from "./tree.ts";

/** The tree does not have the values of numbers. */
function plainOf(node: DataNode): unknown {
  switch (node.type) {
    case "null":
      return null;
    case "number":
      return 0;
    case "array":
      return node.items.map(plainOf);
    case "object":
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]));
    default:
      return node.value;
  }
}

const withoutNumbers = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, inner: unknown) => (typeof inner === "number" ? 0 : inner));

test("the output of JSON.stringify is read as the same value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      // A lone surrogate is escaped there, and U+FFFD for Go.
      const text = JSON.stringify(value).toWellFormed();
      const expected = JSON.parse(text.replace(/\\ud[89a-f][0-9a-f]{2}/g, "\\ufffd"));
      assert.deepEqual(plainOf(parseGoJson(bytesOf(text))), withoutNumbers(expected));
    }),
  );
});

test("texts similar to JSON are accepted or rejected as by JSON.parse", () => {
  const piece = fc.constantFrom(
    ...'{}[],:"\\ \n0123-+.eE',
    "true",
    "false",
    "null",
    '"a"',
    "\\u00e9",
    "\u00fc",
    "\t",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      const text = pieces.join("");
      let expected = true;
      try {
        JSON.parse(text);
      } catch {
        expected = false;
      }
      let taken = true;
      try {
        parseGoJson(bytesOf(text));
      } catch (error) {
        assert.ok(error instanceof JsonSyntaxError);
        taken = false;
      }
      assert.equal(taken, expected, text);
    }),
    { numRuns: 3000 },
  );
});

test("keys can repeat, and every value has its position", () => {
  const node = parseGoJson(bytesOf('{"\u00fc": [1], "a": 2, "a": "x"}'));
  assert.ok(node.type === "object");
  assert.deepEqual(
    node.entries.map(({ key, keyAt, value }) => [key, keyAt, value.at]),
    [
      ["\u00fc", 1, 7],
      ["a", 12, 17],
      ["a", 20, 25],
    ],
  );
});

test("ten thousand levels are Go's limit", () => {
  assert.doesNotThrow(() => parseGoJson(bytesOf("[".repeat(10_000) + "]".repeat(10_000))));
  assert.throws(() => parseGoJson(bytesOf("[".repeat(10_001))), {
    message: "invalid character '[' exceeded max depth",
    offset: 10_000,
  });
});
