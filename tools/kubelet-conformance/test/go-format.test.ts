import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { goMissing } from "../src/go-build.ts";

const skip = goMissing() ?? false;

test("the Go sources are formatted as gofmt does it", { skip }, async () => {
  const { stdout } = await promisify(execFile)("gofmt", ["-l", join(import.meta.dirname, "../go")]);
  assert.equal(stdout, "");
});
