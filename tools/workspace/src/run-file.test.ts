import assert from "node:assert/strict";
import { test } from "node:test";
import { type RunFileOptions, runFile } from "./run-file.ts";

const sh = (script: string, options: RunFileOptions = {}) =>
  runFile("/bin/sh", { args: ["-c", script], ...options });

test("output, exit code, and only the environment that it was given", async () => {
  const result = await sh("cat; env; echo oops >&2; exit 4", { stdin: "in\n", env: { ONLY: "this" } });
  assert.equal(result.exitCode, 4);
  assert.equal(result.stderr, "oops\n");
  assert.match(result.stdout, /^in\n/);
  assert.match(result.stdout, /^ONLY=this$/m);
  assert.doesNotMatch(result.stdout, /^HOME=/m);
});

test("one that takes too long is killed, and its signal shows that", async () => {
  const { exitCode, signal, wallMs } = await sh("exec sleep 60", {
    timeoutMs: 100,
    env: { PATH: "/usr/bin:/bin" },
  });
  assert.deepEqual([exitCode, signal], [null, "SIGKILL"]);
  assert.ok(wallMs >= 90 && wallMs < 30_000, String(wallMs));
});

test("stdin that is never closed, and stdout that is not read", async () => {
  const waiting = await sh("cat", { stdin: "never-closed", timeoutMs: 100, env: { PATH: "/usr/bin:/bin" } });
  assert.equal(waiting.signal, "SIGKILL");
  const writing = await sh("trap '' PIPE; while echo y 2>/dev/null; do :; done; exit 7", {
    stdout: "unread",
  });
  assert.deepEqual([writing.exitCode, writing.stdout], [7, ""]);
});

test("rejects when it cannot be started", async () => {
  await assert.rejects(runFile("/nonexistent/program"), /ENOENT/);
});
