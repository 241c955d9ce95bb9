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

/** Values as read by go-yaml v2.4.4 and sigs.k8s.io/yaml v1.6.0; numbers are shown as 0. */
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

/**
 * Messages of kubelet 1.37.2 for a file that is not valid YAML, or cannot be converted to JSON. go-yaml's parser reports the
 * line before the one with the error, and no line for the first.
 */
const REFUSED: readonly (readonly [yaml: string, message: string])[] = [
  ["k: @a", "yaml: found character that cannot start any token"],
  ["k: `a", "yaml: found character that cannot start any token"],
  ["k: [r?.io]", "yaml: did not find expected ',' or ']'"],
  ["k: [:a]", "yaml: did not find expected node content"],
  ["k: [a", "yaml: line 1: did not find expected ',' or ']'"],
  ["k: [a\nb: c", "yaml: line 1: did not find expected ',' or ']'"],
  ['k: "a', "yaml: found unexpected end of stream"],
  ['- "a\\"', "yaml: found unexpected end of stream"],
  ["- 'it''", "yaml: found unexpected end of stream"],
  ['k: "\\/"', "yaml: found unknown escape character"],
  ['k: "\\x4"', "yaml: did not find expected hexdecimal number"],
  ['k: "\\ud800"', "yaml: found invalid Unicode character escape code"],
  ["k: a: b", "yaml: mapping values are not allowed in this context"],
  ["k: {}: x", "yaml: mapping values are not allowed in this context"],
  ["a:\n- b\n c: d", "yaml: line 3: mapping values are not allowed in this context"],
  ["- a\nb: c", "yaml: line 1: did not find expected '-' indicator"],
  ["a: b\n- c", "yaml: line 1: did not find expected key"],
  ["k: *gone", "yaml: unknown anchor 'gone' referenced"],
  ["k: &\u00fc a", "yaml: did not find expected alphabetic or numeric character"],
  ["k: !!int x", "yaml: cannot decode !!str `x` as a !!int"],
  ["k: !!timestamp 2001-02-30", "yaml: cannot decode !!str `2001-02-30` as a !!timestamp"],
  ["k: !!binary a", "yaml: !!binary value contains invalid base64 data"],
  ["k: .inf", "json: unsupported value: +Inf"],
  ["k: &a [*a]", "yaml: anchor 'a' value contains itself"],
  ["<<: 1", "yaml: map merge requires map or sequence of maps as the value"],
  ["null: x", 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "x"'],
  [
    "18446744073709551615: {b: 1, a: ~}",
    'unsupported map key of type: uint64, key: 0xffffffffffffffff, value: map[interface {}]interface {}{"a":interface {}(nil), "b":1}',
  ],
  ["[a, 1.5]: x", 'yaml: invalid map key: []interface {}{"a", 1.5}'],
  ["k: {{ x }}", 'yaml: invalid map key: map[interface {}]interface {}{"x":interface {}(nil)}'],
  ["k: \u0001", "yaml: control characters are not allowed"],
  ["-\ta", "yaml: found character that cannot start any token"],
  ["k: |\n \ta", "yaml: line 2: found a tab character where an indentation space is expected"],
  ["k: [\n\tgcr.io\n\t]", "yaml: line 3: found a tab character that violates indentation"],
  ["a: 1\n\t\nb: 2", "yaml: line 2: found a tab character that violates indentation"],
  ["k: !!null <<", "yaml: cannot decode !!str `<<` as a !!null"],
  ["{name: !!str, value: b}", "yaml: did not find expected ',' or '}'"],
  ["[!!str]", "yaml: line 1: did not find expected ',' or ']'"],
  ["[!x!y a]", "yaml: found undefined tag handle"],
  ["%YAML 1.2\n---\na: b", "yaml: found incompatible YAML document"],
  ["%FOO\n---\na: b", "yaml: found unknown directive name"],
  ["%YAML 1.1\na: b", "yaml: line 1: did not find expected <document start>"],
  ["a: b\n%FOO\n", "yaml: line 2: found unknown directive name"],
  ["...\na: b", "yaml: did not find expected node content"],
  ["}", "yaml: did not find expected node content"],
  ["a: [b]\n@", "yaml: line 2: found character that cannot start any token"],
  ["{a\n: b}", "yaml: line 1: did not find expected ',' or '}'"],
  ["a: \u2028b", "yaml: line 3: could not find expected ':'"],
];

describe("rejected texts", () => {
  for (const [yaml, message] of REFUSED) {
    // A `{` at the start would make it JSON.
    const text = yaml.startsWith("{") ? `--- ${yaml}` : yaml;
    test(JSON.stringify(text.slice(0, 50)), () =>
      assert.throws(
        () => parse(text),
        (error) => {
          assert.ok(error instanceof DocumentError);
          assert.deepEqual([error.message, error.kubeletText], [message, true]);
          return true;
        },
      ),
    );
  }
});

/** Unusual texts that kubelet 1.37.2 accepts. */
const ACCEPTED: readonly (readonly [yaml: string, value: unknown])[] = [
  ['["r.io"]#c', ["r.io"]],
  ['"p1"#c', "p1"],
  ["|-#c", ""],
  ["k:\n|\n x", { k: "x" }],
  ["&a &b c", null],
  ["!!str !!str a", ""],
  ["[]: x", []],
  ["? a\n? b\n: c", { a: null, b: "c" }],
  [`a: 1\n...\n${"#".repeat(600)}\u0001`, { a: 0 }],
];

describe("unusual texts", () => {
  for (const [yaml, value] of ACCEPTED) {
    test(JSON.stringify(yaml.slice(0, 50)), () => assert.deepEqual(plainOf(parse(yaml).root), value));
  }
});

test("JSON after a comment is read as YAML, with the same values", () => {
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

test("only the first document is read, and it ends at a line with less indentation", () => {
  assert.deepEqual(plainOf(parse("a: 1\n---\n: [").root), { a: 0 });
  assert.deepEqual(plainOf(parse("  a: 1\nb: 2\n").root), { a: 0 });
  assert.deepEqual(plainOf(parse("[a] b").root), ["a"]);
});

test("merge keys take effect at their position, and keys that they repeat are duplicates", () => {
  const document = parse("x: &x {a: 1, b: two}\nz:\n  b: three\n  <<: *x\n");
  assert.deepEqual(plainOf(document.root), { x: { a: 0, b: "two" }, z: { a: 0, b: "two" } });
  assert.deepEqual(
    document.duplicates.map(({ key, line }) => [key, line]),
    [['"b"', 1]],
  );
});

test("keys are sorted by their bytes, and converted to text", () => {
  const { root } = parse("b: 1\n\u{10000}: 1\n\ufffd: 1\nA: 1\n1.5: 1\ntrue: 1\n010: 1\n");
  assert.ok(root.type === "object");
  assert.deepEqual(
    root.entries.map(({ key }) => key),
    ["1.5", "8", "A", "b", "true", "\ufffd", "\u{10000}"],
  );
});

test("positions count lines and characters from 1, also in shifted lines", () => {
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

test("a document of aliases of aliases is rejected", () => {
  const levels = ["a: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 8; level++) {
    levels.push(`l${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`);
  }
  assert.throws(() => parse(levels.join("\n")), { message: "yaml: document contains excessive aliasing" });
});

test("files in UTF-16 are read, bytes that are not text are rejected", () => {
  const utf16 = Buffer.from("\ufeffa: b", "utf16le");
  assert.deepEqual(plainOf(parseDocument(utf16).root), { a: "b" });
  assert.deepEqual(plainOf(parseDocument(Buffer.from(utf16).swap16()).root), { a: "b" });
  assert.throws(
    () => parseDocument(Uint8Array.from([0x61, 0x3a, 0x20, 0xff])),
    /invalid leading UTF-8 octet/,
  );
});

test("a flow collection does not end with its parent's indentation", () => {
  const message = "yaml: line 1: did not find expected ',' or '}'";
  assert.throws(() => parse("  a: [{b: c # the rest}]\nd: e\n"), { message });
  assert.deepEqual(plainOf(parse("  a: [\n]\nd: e\n").root), { a: [] });
});

test("after a second byte order mark the first character of every line is skipped, even a line break", () => {
  assert.deepEqual(plainOf(parse("\ufeff\ufeff\n\n{a: b}\n").root), { a: "b" });
  assert.deepEqual(plainOf(parse("\ufeff\ufeff\nxa: b\n").root), { a: "b" });
});
