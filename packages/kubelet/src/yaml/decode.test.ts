import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { DocumentError, parseDocument } from "../config/document.ts";
import type { DataNode } from "../decode/tree.ts";

const parse = (text: string) => parseDocument(Buffer.from(text));

function plainOf(node: DataNode): unknown {
  switch (node.type) {
    case "null":
      return null;
    case "number":
      return 0;
    case "array":
      return node.items.map(plainOf);
    case "object":
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]));
    default:
      return node.value;
  }
}

/** What go-yaml v2.4.4 and sigs.k8s.io/yaml v1.6.0 make of a value; numbers are shown as 0. */
const VALUES: readonly (readonly [yaml: string, value: unknown])[] = [
  ["yes", true],
  ["Off", false],
  ["y", true],
  ["~", null],
  ["", null],
  ["010", 0],
  ["1_000", 0],
  ["0b11", 0],
  ["0o17", 0],
  ["1e3", 0],
  [".5", 0],
  ["1e999", "1e999"],
  ["0x", "0x"],
  ["1__", 0],
  ["2001-01-01", "2001-01-01"],
  ["! 12", "12"],
  ["!!str 12", "12"],
  ["!unknown 12", "12"],
  ["!!binary aGk=", "hi"],
  ["!!float 1", 0],
  ["'it''s'", "it's"],
  ['"\\x41\\e\\\'"', "A\u001b'"],
  [">-\n  a\n  b\n\n  c", "a b\nc"],
  ["|+\n  a\n\n", "a\n\n\n"],
  ["[a, b: c, {d: e}]", ["a", { b: "c" }, { d: "e" }]],
  ["[a:, b]", ["a:", "b"]],
  ["{a:b}", { "a:b": null }],
  ["[\na,\n'b\nc'\n]", ["a", "b c"]],
];

describe("values", () => {
  for (const [yaml, value] of VALUES) {
    test(JSON.stringify(yaml), () => assert.deepEqual(plainOf(parse(`k: ${yaml}\n`).root), { k: value }));
  }
});

/** Refused by go-yaml or by the conversion to JSON. */
const REFUSED = [
  "k: @a",
  "k: `a",
  "k: [r?.io]",
  "k: [:a]",
  "k: [a",
  'k: "a',
  'k: "\\/"',
  'k: "\\ud800"',
  "k: a: b",
  "k: *gone",
  "k: &\u00fc a",
  "k: !!int x",
  "k: !!timestamp 2001-02-30",
  "k: !!binary a",
  "k: .inf",
  "k: &a [*a]",
  "<<: 1",
  "null: x",
  "[a]: x",
  "k: \u0001",
  "-\ta",
  "k: |\n \ta",
  "a: 1\n\t\nb: 2",
  "%YAML 1.2\n---\na: b",
  "%FOO\n---\na: b",
  "%YAML 1.1\na: b",
  "...\na: b",
  "}",
  "a: [b]\n@",
  "{a\n: b}",
];

describe("refusals", () => {
  for (const yaml of REFUSED)
    test(JSON.stringify(yaml), () => assert.throws(() => parse(yaml), DocumentError));
});

test("JSON below a first comment, and so read as YAML, means what it means as JSON", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify({ value });
      const asNumbers: unknown = JSON.parse(text, (_, inner: unknown) =>
        typeof inner === "number" ? 0 : inner,
      );
      const document = parse(`# comment\n${text}`);
      assert.equal(document.format, "yaml");
      assert.deepEqual(plainOf(document.root), asNumbers);
    }),
  );
});

test("only the first document counts, and it ends where the lines are less deep than it is", () => {
  assert.deepEqual(plainOf(parse("a: 1\n---\n: [").root), { a: 0 });
  assert.deepEqual(plainOf(parse("  a: 1\nb: 2\n").root), { a: 0 });
  assert.deepEqual(plainOf(parse("[a] b").root), ["a"]);
});

test("merge keys take effect where they stand, and what they repeat is a duplicate", () => {
  const document = parse("x: &x {a: 1, b: two}\nz:\n  b: three\n  <<: *x\n");
  assert.deepEqual(plainOf(document.root), { x: { a: 0, b: "two" }, z: { a: 0, b: "two" } });
  assert.deepEqual(
    document.duplicates.map(({ key, lineAt }) => [key, document.yamlLine(lineAt)]),
    [['"b"', 1]],
  );
});

test("keys are sorted by their bytes, and become text", () => {
  const { root } = parse("b: 1\n\u{10000}: 1\n\ufffd: 1\nA: 1\n1.5: 1\ntrue: 1\n010: 1\n");
  assert.ok(root.type === "object");
  assert.deepEqual(
    root.entries.map(({ key }) => key),
    ["1.5", "8", "A", "b", "true", "\ufffd", "\u{10000}"],
  );
});

test("positions count lines and characters from 1, in lines that were moved too", () => {
  const { root, locate } = parse("k:\n  \u{1f600}: [\nb,\n c\n]\n");
  assert.ok(root.type === "object" && root.entries[0] !== undefined);
  assert.deepEqual(locate(root.entries[0].keyAt), { line: 1, column: 1 });
  const inner = root.entries[0].value;
  assert.ok(inner.type === "object" && inner.entries[0]?.value.type === "array");
  assert.deepEqual(locate(inner.entries[0].value.at), { line: 2, column: 6 });
  assert.deepEqual(
    inner.entries[0].value.items.map(({ at }) => locate(at)),
    [
      { line: 3, column: 1 },
      { line: 4, column: 2 },
    ],
  );
});

test("a document of aliases of aliases is refused", () => {
  const levels = ["a: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 8; level++) {
    levels.push(`l${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`);
  }
  assert.throws(() => parse(levels.join("\n")), { message: "yaml: document contains excessive aliasing" });
});

test("files in UTF-16 are read, bytes that are no text are not", () => {
  const utf16 = Buffer.from("\ufeffa: b", "utf16le");
  assert.deepEqual(plainOf(parseDocument(utf16).root), { a: "b" });
  assert.deepEqual(plainOf(parseDocument(Buffer.from(utf16).swap16()).root), { a: "b" });
  assert.throws(
    () => parseDocument(Uint8Array.from([0x61, 0x3a, 0x20, 0xff])),
    /invalid leading UTF-8 octet/,
  );
});

test("a flow collection does not end with its parent's indentation", () => {
  assert.throws(() => parse("  a: [{b: c # the rest}]\nd: e\n"), /Missing , between flow map items/);
  assert.deepEqual(plainOf(parse("  a: [\n]\nd: e\n").root), { a: [] });
});

test("behind a second byte order mark the first character of every line is skipped, a line break too", () => {
  assert.deepEqual(plainOf(parse("\ufeff\ufeff\n\n{a: b}\n").root), { a: "b" });
  assert.deepEqual(plainOf(parse("\ufeff\ufeff\nxa: b\n").root), { a: "b" });
});
