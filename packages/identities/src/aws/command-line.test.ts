import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { splitCommand } from "./command-line.ts";

for (const [line, expected] of [
  ["/opt/bin/tool", ["/opt/bin/tool"]],
  ["tool --role a:b  --x=y", ["tool", "--role", "a:b", "--x=y"]],
  ['"/opt/with space/tool" "an argument"', ["/opt/with space/tool", "an argument"]],
  [`tool 'single $quoted' a"b c"d ""`, ["tool", "single $quoted", "ab cd", ""]],
  ["tool\ncontinued", ["tool", "continued"]],
  ["tool | jq .", undefined],
  ["tool && other", undefined],
  ["tool $HOME", undefined],
  ['tool "$HOME"', undefined],
  ["tool `id`", undefined],
  ["tool ~/x", undefined],
  ["tool *.pem", undefined],
  ["VAR=x tool", undefined],
  ["tool a\\ b", undefined],
  ['tool "unclosed', undefined],
  ["", undefined],
] as const) {
  test(`${JSON.stringify(line)} ${expected === undefined ? "needs a shell" : "does not need a shell"}`, () => {
    assert.deepEqual(splitCommand(line), expected);
  });
}

test("the words are those that /bin/sh would pass to the program", () => {
  const piece = fc.constantFrom(
    "a",
    "-x",
    '"b c"',
    "'d $e'",
    '""',
    "f=g",
    " ",
    "  ",
    ":",
    "/",
    "$h",
    "|",
    "\\",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const line = `printf '%s\\0' ${pieces.join("")}`;
      const words = splitCommand(`tool ${pieces.join("")}`);
      if (words === undefined || words.length === 1) return;
      const printed = execFileSync("/bin/sh", ["-c", line], { encoding: "utf8" });
      assert.deepEqual(printed.split("\0").slice(0, -1), words.slice(1));
    }),
    { numRuns: 150 },
  );
});
