import assert from "node:assert/strict";
import { posix, win32 } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { cleanPath, joinPath } from "./path.ts";

test("paths are cleaned as by Node.js, except for the trailing slash, which Go removes", () => {
  const path = fc
    .array(fc.constantFrom("a", "bc", ".", "..", ""), { maxLength: 7 })
    .map((parts) => parts.join("/"));
  fc.assert(
    fc.property(path, (text) => {
      assert.equal(cleanPath(text), posix.normalize(text).replace(/(?<=.)\/$/, ""));
    }),
  );
});

test("Windows paths are cleaned the same way", () => {
  const rest = fc
    .array(fc.constantFrom("a", "bc", ".", "..", ""), { maxLength: 7 })
    .chain((parts) => fc.constantFrom("\\", "/").map((separator) => parts.join(separator)));
  fc.assert(
    fc.property(fc.constantFrom("C:\\", "c:/", "\\\\host\\share\\"), rest, (start, text) => {
      const normal = win32.normalize(start + text);
      assert.equal(
        cleanPath(start + text),
        /^(?:[a-z]:|\\\\host\\share)\\$/i.test(normal) ? normal : normal.replace(/\\$/, ""),
      );
    }),
  );
  assert.equal(joinPath("C:\\k", "ecr"), "C:\\k\\ecr");
});

test("an empty part of a join is left out", () => {
  assert.equal(joinPath("/bin/", "p"), "/bin/p");
  assert.equal(joinPath("/bin", ""), "/bin");
  assert.equal(joinPath("", "p"), "p");
  assert.equal(joinPath("", ""), "");
});
