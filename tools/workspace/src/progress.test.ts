import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formatSeconds, Progress } from "./progress.ts";

/** Runs three steps, of 400 ms, 12 s and 3 minutes. */
function written(isTTY: boolean): string {
  let [text, clock] = ["", 0];
  const output = {
    isTTY,
    write: (part: string) => {
      text += part;
    },
  };
  const progress = new Progress(3, output, () => clock);
  for (const [what, ms, result] of [
    ["lint", 400, "passed"],
    ["build", 12_000, "4 executables"],
    ["runtime", 180_000, "compiled"],
  ] as const) {
    const end = progress.step(what);
    if (what === "runtime") progress.note("compiling the runtime");
    clock += ms;
    end(result);
  }
  return text;
}

describe("progress", () => {
  test("on a pipe a line a step, when it ends", () => {
    assert.equal(
      written(false),
      `[1/3] lint: passed (0.4 s; 0.4 s so far)
[2/3] build: 4 executables (12 s; 12 s so far)
compiling the runtime
[3/3] runtime: compiled (3 min 0 s; 3 min 12 s so far)
`,
    );
  });

  test("on a terminal the running step is shown and then replaced", () => {
    const shown = written(true);
    assert.ok(shown.startsWith("[1/3] lint …\r\u001b[2K[1/3] lint: passed"), shown);
    // In the end a terminal shows the same text that a pipe gets.
    const left = shown
      .split("\n")
      .map((line) => line.split("\u001b[2K").at(-1))
      .join("\n");
    assert.equal(left, written(false));
  });

  test("times are short", () => {
    assert.deepEqual([40, 9_949, 9_951, 59_400, 60_000, 3_600_000].map(formatSeconds), [
      "0.0 s",
      "9.9 s",
      "10 s",
      "59 s",
      "1 min 0 s",
      "60 min 0 s",
    ]);
  });
});
