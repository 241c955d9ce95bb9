import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expectFailure, expectSuccess } from "../expect.ts";
import { runPlugin } from "../run-plugin.ts";
import { nameOfCall } from "../scenario.ts";
import type { Suite } from "../suite.ts";

/** Failures of the process's own stdin, stdout and stderr. */
export const streams: Suite = (subject) => {
  const { executable } = subject.scenario;

  describe("stdin and stdout", () => {
    test("stdin that never ends: exits at its time limit", async () => {
      const result = await subject.run({
        stdin: "never-closed",
        env: { IMAGECRED_TIMEOUT: "700ms" },
        timeoutMs: 10_000,
      });
      expectFailure(result, executable, /stdin/);
      assert.ok(result.wallMs >= 700 && result.wallMs < 4000, `${result.wallMs} ms`);
    });

    test("stdout has no reader any more: exit 1, not a signal, and an error line", async () => {
      const result = await subject.run({ stdout: "unread" });
      expectFailure(result, executable, /stdout/);
      assert.deepEqual(subject.clouds.secrets.findIn(result.stderr), []);
    });

    test("stdout is closed: its descriptor is not reused for a connection that receives the password", async () => {
      const { env, args, stdin } = await subject.inputs();
      const closing = ["-c", 'exec "$0" "$@" >&-', subject.path, ...args];
      const result = await runPlugin("/bin/sh", { args: closing, env, stdin });
      // Both runtimes open /dev/null instead, so writes succeed.
      expectSuccess(result);
      assert.equal(result.stdout, "");
      const expected = subject.scenario.cases[0].calls.map((call) => `${nameOfCall(call)} 200`);
      assert.deepEqual(subject.calls(), expected);
    });

    test("stderr is closed: the response is still written", async () => {
      const { env, args, stdin } = await subject.inputs();
      const closing = ["-c", 'exec "$0" "$@" 2>&-', subject.path, ...args];
      const debug = { ...env, IMAGECRED_LOG: "debug" };
      const result = await runPlugin("/bin/sh", { args: closing, env: debug, stdin });
      assert.equal(result.exitCode, 0);
      assert.match(result.stdout, /"auth"/);
    });

    test("stdout on a full disk: exit 1 and an error line", async () => {
      const { env, args, stdin } = await subject.inputs();
      const full = ["-c", 'exec "$0" "$@" >/dev/full', subject.path, ...args];
      const result = await runPlugin("/bin/sh", { args: full, env, stdin });
      expectFailure(result, executable, /stdout/);
    });
  });
};
