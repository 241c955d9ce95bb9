import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { systemCode, systemReason } from "./system-error.ts";

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  assert.fail("nothing was thrown");
}

test("the system's errors have the same words on both runtimes", () => {
  const notDirectory = thrownBy(() => readFileSync("/dev/null/x"));
  assert.equal(systemCode(notDirectory), "ENOTDIR");
  assert.equal(systemReason(notDirectory), "not a directory");
  const tooLong = thrownBy(() => readFileSync(`/${"a".repeat(300)}`));
  assert.equal(systemReason(tooLong), "file name too long");
});

test("an error of another kind keeps its message", () => {
  assert.equal(systemReason(Object.assign(new Error("odd"), { code: "ERR_ODD" })), "odd");
  assert.equal(systemReason(new RangeError("odd")), "odd");
  assert.equal(systemReason("text"), "text");
  assert.equal(systemCode("text"), undefined);
});
