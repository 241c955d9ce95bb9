import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RunFileOptions, RunResult } from "@imagecred/workspace";
import { expectFailure, expectSuccess } from "./expect.ts";
import { expectWithin } from "./fastest.ts";
import { runPlugin } from "./run-plugin.ts";

function sh(script: string, options: RunFileOptions = {}): Promise<RunResult> {
  return runPlugin("/bin/sh", { ...options, args: ["-c", script] });
}

describe("runPlugin", () => {
  test("returns exit code, streams and time, and passes stdin on", async () => {
    const result = await sh("cat; echo to stderr >&2; exit 3", { stdin: "from stdin" });
    const { wallMs, ...rest } = result;
    assert.deepEqual(rest, { exitCode: 3, signal: null, stdout: "from stdin", stderr: "to stderr\n" });
    assert.ok(wallMs > 0 && wallMs < 5000);
  });

  test("passes nothing of this process's environment on", async () => {
    process.env["E2E_MARKER"] = "here";
    assert.equal((await sh('printf "%s" "$E2E_MARKER$OTHER"', { env: { OTHER: "x" } })).stdout, "x");
  });

  test("kills a process that takes too long, with stdin still open", async () => {
    const { signal, exitCode } = await sh("exec cat", { stdin: "never-closed", timeoutMs: 200 });
    assert.deepEqual([signal, exitCode], ["SIGKILL", null]);
  });

  test("allows a program that does not read stdin", async () => {
    assert.equal((await sh("exit 0", { stdin: "x".repeat(3_000_000) })).exitCode, 0);
  });

  test("closes the reading end of stdout on request", async () => {
    const { stderr } = await sh('trap "" PIPE; sleep 0.1; echo x || echo "no reader" >&2', {
      stdout: "unread",
    });
    assert.match(stderr, /no reader/);
  });

  test("rejects for a program that does not exist", async () => {
    await assert.rejects(runPlugin("/nonexistent/plugin"), { code: "ENOENT" });
  });
});

describe("expectFailure", () => {
  const good: RunResult = {
    exitCode: 1,
    signal: null,
    stdout: "",
    stderr: "p: asking: refused; do this\n",
    wallMs: 1,
  };
  test("accepts exit 1 with one readable line", () => expectFailure(good, "p", /refused/));

  for (const [what, change] of Object.entries<Partial<RunResult>>({
    "exit 0": { exitCode: 0 },
    "exit 2": { exitCode: 2 },
    "a signal": { exitCode: null, signal: "SIGSEGV" },
    "a word on stdout": { stdout: "{}" },
    "a silent stderr": { stderr: "" },
    "two lines": { stderr: "p: one\np: two\n" },
    "a line without its end": { stderr: "p: one" },
    "another program's line": { stderr: "node: bad option\n" },
    "a line that is too long": { stderr: `p: ${"x".repeat(700)}\n` },
    "a control character": { stderr: "p: \u001b[31mred\n" },
    "a stack trace": { stderr: "p: Error: x at run (main.js:3:14)\n" },
    "other words": { stderr: "p: something else\n" },
  })) {
    test(`does not accept ${what}`, () => {
      assert.throws(() => expectFailure({ ...good, ...change }, "p", /refused/), assert.AssertionError);
    });
  }

  test("and expectSuccess does not accept a warning", () => {
    assert.throws(() => expectSuccess({ ...good, exitCode: 0 }), assert.AssertionError);
  });
});

describe("expectWithin", () => {
  const result = (wallMs: number): RunResult => ({
    exitCode: 0,
    signal: null,
    stdout: "",
    stderr: "",
    wallMs,
  });
  test("tolerates two slow runs, but not three, and no wrong result", async () => {
    const times = [300, 200, 50];
    await expectWithin(
      100,
      async () => result(times.shift() ?? 0),
      () => {},
    );
    await assert.rejects(
      expectWithin(
        100,
        async () => result(101),
        () => {},
      ),
      /took 101, 101, 101 ms/,
    );
    await assert.rejects(
      expectWithin(
        100,
        async () => result(1),
        () => assert.fail("wrong"),
      ),
      /wrong/,
    );
  });
});
