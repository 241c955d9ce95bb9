import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { EXTRACT, systemdJudge } from "../testing/systemd-judge.ts";
import { temporary } from "../testing/temporary.ts";
import { isVariableName, parseEnvironmentFile, quoteEnvironmentValue } from "./environment-file.ts";
import { expandWords } from "./expand.ts";
import { COMMAND_LINE, quoteWord, splitWords, VARIABLE } from "./words.ts";

/** A variable reference within a word. */
const braced = (name: string) => `\${${name}}`;

// Compared with systemd's own functions. The pieces are special to systemd, so that unusual combinations are frequent.
const piece = fc.constantFrom(
  ..."abkX19=-_:,./%~@",
  ..."\"'\\ \t$`#;{}",
  "\\\n",
  '\\"',
  "\\\\",
  "\\x41",
  "\\t",
  "\\q",
  "\\101",
  "$A",
  braced("A"),
  "$$",
  "--node-ip=10.0.0.7",
  "é",
);
const text = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(""));
const NUMBER = 2000;
/** Each is a separate file. */
const FILES = 600;

const judge = systemdJudge();
const skip = typeof judge === "string" ? judge : false;

describe("same result as systemd", { skip }, () => {
  if (typeof judge === "string") return;
  after(() => judge[Symbol.dispose]());

  test("words of a command line, and of a variable's value", () => {
    const texts = fc.sample(text, NUMBER).map((one) => one.replaceAll("\n", " "));
    for (const [rules, flags, unknown] of [
      [COMMAND_LINE, EXTRACT.unquote | EXTRACT.cUnescape, "invalid"],
      [COMMAND_LINE, EXTRACT.unquote | EXTRACT.cUnescape | EXTRACT.unescapeRelax, "kept"],
      [VARIABLE, EXTRACT.unquote | EXTRACT.relax, "invalid"],
    ] as const) {
      const theirs = judge.ask(texts.map((one) => ["words", String(flags), one]));
      texts.forEach((one, index) => {
        const { words, valid } = splitWords(one, rules, unknown);
        assert.deepEqual([...words, ...(valid ? [] : ["!"])], theirs[index], JSON.stringify([one, flags]));
      });
    }
  });

  test("quoted words are read back unchanged, by both rules", () => {
    const words = fc
      .sample(fc.string({ minLength: 1, maxLength: 12 }), 500)
      .filter((one) => ![...one].some((character) => character < " "));
    const line = words.map(quoteWord);
    for (const flags of [EXTRACT.unquote | EXTRACT.cUnescape, EXTRACT.unquote | EXTRACT.relax]) {
      const theirs = judge.ask(line.map((one) => ["words", String(flags), one]));
      for (const [index, word] of words.entries())
        assert.deepEqual(theirs[index], [word], JSON.stringify(word));
    }
  });

  test("environment files", () => {
    const line = fc.oneof(
      text,
      fc
        .tuple(fc.constantFrom("A", "B", " A ", "B9", "9", "KUBELET_EXTRA_ARGS"), text)
        .map(([name, value]) => `${name}=${value}`),
      fc.constantFrom("# comment", "; comment \\", "", "A", "  # x"),
    );
    const files = fc.sample(
      fc.array(line, { maxLength: 8 }).map((lines) => lines.join("\n")),
      FILES,
    );
    using place = temporary();
    const paths = files.map((content, index) => place.write(`f${index}`, content));
    const theirs = judge.ask(paths.map((path) => ["env", path]));
    files.forEach((content, index) => {
      const assignments = parseEnvironmentFile(content, judge.version < 254 ? "joined" : "separate");
      const last = new Map(
        assignments.filter(({ name }) => isVariableName(name)).map(({ name, value }) => [name, value]),
      );
      const expected = new Map(
        (theirs[index] ?? [])
          .map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)] as const)
          .filter(([name]) => isVariableName(name)),
      );
      assert.deepEqual(Object.fromEntries(last), Object.fromEntries(expected), JSON.stringify(content));
    });
  });

  test("quoted values are read back unchanged", () => {
    const values = fc.sample(text, 200);
    using place = temporary();
    const paths = values.map((value, index) =>
      place.write(`f${index}`, `A=${quoteEnvironmentValue(value)}\nB=1\n`),
    );
    const theirs = judge.ask(paths.map((path) => ["env", path]));
    for (const [index, value] of values.entries()) {
      assert.deepEqual(theirs[index], [`A=${value}`, "B=1"], JSON.stringify(value));
    }
  });

  test("variables in a command's words", () => {
    const word = fc.oneof(
      fc.constantFrom(
        "$A",
        braced("A"),
        "$B",
        braced("B"),
        "x$A",
        "$$A",
        "$A$B",
        braced("A") + braced("B"),
        braced(""),
        "$",
        "$9",
        "${A",
        `--x=${braced("A")}`,
      ),
      text.map((one) => one.replaceAll("\n", " ")),
    );
    const cases = fc.sample(fc.tuple(fc.array(word, { minLength: 1, maxLength: 5 }), text, text), NUMBER);
    const theirs = judge.ask(
      cases.map(([words, a, b]) => ["expand", String(words.length), ...words, `A=${a}`, `B=${b}`]),
    );
    cases.forEach(([words, A, B], index) => {
      assert.deepEqual([...expandWords(words, { A, B })], theirs[index], JSON.stringify([words, A, B]));
    });
  });
});

test("names of variables are checked", () => {
  assert.deepEqual(["A", "_a9", "9a", "a-b", "", "é"].map(isVariableName), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
