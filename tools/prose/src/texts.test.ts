import assert from "node:assert/strict";
import { test } from "node:test";
import { hashComments } from "./texts.ts";

test("a # comment stays on its line", () => {
  const text = "#!/bin/sh\n# One thing.\nset -e # at the end\nurl=https://a/#b\n\n  # two\n";
  assert.equal(hashComments(text), "\nOne thing.\nat the end\n\n\ntwo\n");
});
