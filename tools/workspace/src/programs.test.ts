import assert from "node:assert/strict";
import { test } from "node:test";
import { findOnPath, needsRoot, notInstalled, run, versionLine } from "./programs.ts";
import { ToolError } from "./tool-error.ts";

test("run returns stdout, hands on input and environment", () => {
  assert.equal(
    run("sh", ["-c", "cat; printf %s $GREETING"], { input: "in ", env: { GREETING: "out" } }),
    "in out",
  );
  const env = { HOME: undefined };
  assert.equal(run("sh", ["-c", "env | grep -c '^HOME=' || true"], { env }).trim(), "0");
});

test("run throws a ToolError with the program's output and how it ended", () => {
  const failing = (script: string) => () => run("sh", ["-c", script]);
  assert.throws(failing("echo out; echo why >&2; exit 3"), (error) => {
    assert.ok(error instanceof ToolError);
    assert.match(error.message, /^sh -c .* failed \(exit 3\)\nout\nwhy\n$/s);
    return true;
  });
  assert.throws(failing("kill -9 $$"), /failed \(SIGKILL\)/);
  assert.throws(
    () => run("/nonexistent/program", []),
    /^ToolError: \/nonexistent\/program cannot be run: .*ENOENT/,
  );
});

test("programs on the PATH, and what is missing", () => {
  assert.match(findOnPath("sh") ?? "", /\/sh$/);
  assert.equal(findOnPath("no-such-program"), undefined);
  assert.equal(notInstalled("sh", "ls"), undefined);
  assert.equal(notInstalled("sh", "no-such-program", "nor-this"), "not installed: no-such-program, nor-this");
  if (process.getuid?.() === 0)
    assert.equal(needsRoot("sh", "no-such-program"), "not installed: no-such-program");
  else assert.match(String(needsRoot("sh")), /^needs/);
});

test("a version line", () => {
  assert.equal(versionLine(process.execPath), process.version);
  assert.equal(versionLine("no-such-program"), undefined);
  assert.equal(versionLine("false"), undefined);
});
