import assert from "node:assert/strict";
import { test } from "node:test";
import { parseChecksums } from "./sha256.ts";

const A = "a".repeat(64);
const B = "B".repeat(64);

test("sha256sum's lines, text and binary, paths, and a digest alone", () => {
  const sums = parseChecksums(`${A}  one\n${B} *dir/two\n# no\nshort  three\n`, "x");
  assert.deepEqual(
    [...sums],
    [
      ["one", A],
      ["two", "b".repeat(64)],
    ],
  );
  assert.deepEqual([...parseChecksums(`${A}\n`, "x")], [["x", A]]);
  assert.equal(parseChecksums("", "x").size, 0);
});
