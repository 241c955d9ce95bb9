import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { bringUpLoopback, insideNamespace, METADATA, nameHosts, runInNamespace } from "./namespace.ts";
import { needsRoot, run } from "./programs.ts";

if (insideNamespace()) {
  bringUpLoopback();
  nameHosts({ "first.example": "127.0.0.1" });
  nameHosts({ "second.example": METADATA.address });
  console.log(run("ip", ["-brief", "addr", "show", "dev", "lo"]));
  console.log(readFileSync("/etc/hosts", "utf8"));
} else {
  test("a namespace has the metadata address and the names it was given; the machine has neither", {
    skip: needsRoot("unshare", "ip", "mount"),
  }, async () => {
    const before = readFileSync("/etc/hosts", "utf8");
    const { exitCode, output } = await runInNamespace([import.meta.filename], { timeoutMs: 60_000 });
    assert.equal(exitCode, 0, output);
    assert.match(output, /169\.254\.169\.254\/32/);
    assert.match(output, /^127\.0\.0\.1 first\.example$/m);
    assert.match(output, /^169\.254\.169\.254 second\.example$/m);
    assert.equal(readFileSync("/etc/hosts", "utf8"), before);
  });
}
