import assert from "node:assert/strict";
import { test } from "node:test";
import { output, runSlowCommand, runSlowCommandSync } from "./slow-command.ts";

test("a command's failure has its output", async () => {
  await assert.rejects(output("sh", "-c", "echo why >&2; exit 3"), /why/);
  const failing = runSlowCommand("sh", ["-c", "echo why; exit 3"], { cwd: "/" });
  await assert.rejects(failing, /sh -c echo why; exit 3 in \/: exit code 3\nwhy/);
  const why = () => runSlowCommandSync("sh", ["-c", "echo why; exit 3"], { cwd: "/" });
  assert.throws(why, /exit code 3\nwhy/);
  await assert.rejects(runSlowCommand("/does/not/exist", [], { cwd: "/" }), /exit code 127/);
});

test("the processor time of everything that a command started is counted", async () => {
  // A subshell of a subshell: neither is our child.
  const work = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done";
  const args = ["-c", `sh -c '${work}'; true`];
  for (const time of [
    await runSlowCommand("sh", args, { cwd: "/" }),
    runSlowCommandSync("sh", args, { cwd: "/" }),
  ]) {
    const { cpuSeconds, wallSeconds } = time;
    assert.ok(cpuSeconds > 0 && cpuSeconds <= wallSeconds + 0.1, `${cpuSeconds} of ${wallSeconds} s`);
  }
});
