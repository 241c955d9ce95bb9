import assert from "node:assert/strict";
import { test } from "node:test";
import { output, runSlowCommand } from "./slow-command.ts";

test("a command's failure has its output", async () => {
  await assert.rejects(output("sh", "-c", "echo why >&2; exit 3"), /why/);
  const failing = runSlowCommand("sh", ["-c", "echo why; exit 3"], { cwd: "/" });
  await assert.rejects(failing, /sh -c echo why; exit 3 in \/: exit code 3\nwhy/);
  await assert.rejects(runSlowCommand("/does/not/exist", [], { cwd: "/" }), /exit code 127/);
});

test("the processor time of everything that a command started is counted", async () => {
  // A subshell of a subshell: neither is our child.
  const work = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done";
  const { cpuSeconds, wallSeconds } = await runSlowCommand("sh", ["-c", `sh -c '${work}'; true`], {
    cwd: "/",
  });
  assert.ok(cpuSeconds > 0 && cpuSeconds <= wallSeconds + 0.1, `${cpuSeconds} of ${wallSeconds} s`);
});
