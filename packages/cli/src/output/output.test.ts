import assert from "node:assert/strict";
import { test } from "node:test";
import { formatLifetime, took } from "./duration.ts";
import { styleFor } from "./style.ts";
import { count, printable, table, visibleLength, wrap } from "./text.ts";

test("colors only on a terminal, and never with NO_COLOR", () => {
  const colored = (columns: number | undefined, env: Record<string, string>) =>
    styleFor(columns, env).red("x") !== "x";
  assert.equal(colored(80, {}), true);
  assert.equal(colored(undefined, {}), false);
  assert.equal(colored(80, { NO_COLOR: "1" }), false);
  assert.equal(colored(80, { NO_COLOR: "" }), true);
  assert.equal(colored(80, { TERM: "dumb" }), false);
});

test("marks are ASCII where the locale is not UTF-8", () => {
  assert.equal(styleFor(80, { LANG: "C" }).marks.good, "+");
  assert.equal(styleFor(80, { LANG: "de_DE.UTF-8" }).marks.good, "✓");
  assert.equal(styleFor(80, { LANG: "C", LC_ALL: "C.utf8" }).marks.good, "✓");
  assert.equal(styleFor(80, {}).marks.good, "✓");
});

test("lines are broken at spaces, and words are not broken", () => {
  assert.equal(wrap("one two three", 8, "  "), "one\n  two\n  three");
  assert.equal(wrap("averyveryverylongword x", 5), "averyveryverylongword\nx");
  assert.equal(wrap("", 10), "");
  for (const line of wrap("the quick brown fox jumps over the lazy dog", 20, "    ").split("\n")) {
    assert.ok(visibleLength(line) <= 20);
  }
});

test("a number stays with its unit", () => {
  assert.equal(wrap("it took (12 ms) or 1 h 30 min, 5 of 7", 12), "it took\n(12 ms) or\n1 h 30 min,\n5 of 7");
});

test("columns are aligned by visible width, without trailing spaces", () => {
  const { red } = styleFor(80, {});
  assert.equal(
    table([
      ["a", "b"],
      ["ccc", ""],
    ]),
    "a    b\nccc",
  );
  assert.equal(
    table([
      [red("a"), "b"],
      ["ccc", "d"],
    ]),
    `${red("a")}    b\nccc  d`,
  );
});

test("a last column is wrapped at the width, or put on its own line", () => {
  assert.equal(table([["a", "one two three four five six"]], " ", 31), " a  one two three four five six");
  assert.equal(
    table([["a", "one two three four five sixth"]], "", 28),
    "a  one two three four five\n   sixth",
  );
  assert.equal(table([["a".repeat(20), "one two three"]], "", 24), `${"a".repeat(20)}\n   one two three`);
});

test("text from outside cannot move the cursor or forge a line", () => {
  assert.equal(printable("a\u001b[2Jb\nc\u2028d\u202ee\tf"), "a\\u001b[2Jb\\u000ac\\u2028d\\u202ee f");
  assert.equal(printable("r.io\u200b \ufeff\ud800 \u{e0041}"), "r.io\\u200b \\ufeff\\ud800 \\udb40\\udc41");
});

test("counts and durations", () => {
  assert.equal(count(1, "error"), "1 error");
  assert.equal(count(0, "error"), "0 errors");
  assert.deepEqual([took(3.4), took(1234), took(125_000)], ["3 ms", "1.2 s", "2 min 5 s"]);
  assert.deepEqual(
    [formatLifetime(30), formatLifetime(240), formatLifetime(7200), formatLifetime(21_480)],
    ["30 s", "4 min", "2 h", "5 h 58 min"],
  );
});
