import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

/** Runs a tool with one flag, `--runs`. @param body after its flags are read */
function run(
  args: readonly string[],
  body: string,
): { status: number | null; stdout: string; stderr: string } {
  const source = `
    import { ToolError, toolFlags } from "@imagecred/workspace";
    const { values } = toolFlags("Usage: tool\\n\\n  --runs N\\n", { options: { runs: { type: "string", default: "5" } } });
    ${body}`;
  const flags = ["--conditions=@imagecred/source", "--disable-warning=ExperimentalWarning"];
  const options = { encoding: "utf8", cwd: import.meta.dirname } as const;
  return spawnSync(
    process.execPath,
    [...flags, "--input-type=module-typescript", "--eval", source, "--", ...args],
    options,
  );
}

test("flags, help, a wrong command line, and a tool's own errors", () => {
  const body = "console.log(values.runs);";
  assert.equal(run([], body).stdout, "5\n");
  assert.equal(run(["--runs", "7"], body).stdout, "7\n");
  const help = run(["--help"], body);
  assert.deepEqual([help.status, help.stdout], [0, "Usage: tool\n\n  --runs N\n"]);
  for (const wrong of [["--nope"], ["--runs"], ["word"]]) {
    const { status, stdout, stderr } = run(wrong, body);
    assert.deepEqual([status, stdout], [2, ""], wrong.join());
    assert.match(stderr, /^[^\n]+\n\nUsage: tool\n\n {2}--runs N\n$/, wrong.join());
  }
  const failed = run([], "throw new ToolError('nothing to measure');");
  assert.deepEqual([failed.status, failed.stderr], [1, "nothing to measure\n"]);
  const defect = run([], "await Promise.reject(new TypeError('a defect'));");
  assert.equal(defect.status, 1);
  assert.match(defect.stderr, /TypeError: a defect\n +at /);
});
