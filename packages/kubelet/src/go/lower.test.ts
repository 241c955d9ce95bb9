import assert from "node:assert/strict";
import { test } from "node:test";
import { goToLower } from "./lower.ts";

test("lower case goes code point by code point", () => {
  assert.equal(goToLower("ABC/\u00dc"), "abc/\u00fc");
  assert.equal(goToLower("\u0130"), "i");
  assert.equal(goToLower("\u212a"), "k");
  // JavaScript would make a final sigma of the last one.
  assert.equal(goToLower("\u03a3\u03a3"), "\u03c3\u03c3");
  // A capital letter added in Unicode 16.
  assert.equal(goToLower("\ua7cb"), "\ua7cb");
});
