import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import type { Change } from "./change.ts";
import { editsOf } from "./edits-of.ts";
import { applyEdits, lineStarts, offsetAt, positionAt } from "./text-edit.ts";
import { yamlSource } from "./yaml-source.ts";

function changed(text: string, ...changes: readonly Change[]): string {
  const source = yamlSource(text);
  const groups = changes.map((change) => {
    const edits = editsOf(source, change);
    assert.ok(edits !== undefined, `no edit for ${JSON.stringify(change)} in ${text}`);
    return edits;
  });
  const { text: result, applied } = applyEdits(text, groups);
  assert.deepEqual(
    applied,
    groups.map(() => true),
  );
  return result;
}

const BLOCK = `# head
providers:
  - name: one # the first
    # about the list
    matchImages:
      - a.io # why
      - 'b.io'
      - "c.io"
    args: ["-v", '-w']
  - name: two
    matchImages: [x.io]
    env: {A: b}
`;

test("an edit changes only the value, and keeps quotes and comments", () => {
  const cases: readonly (readonly [Change, string, string])[] = [
    [{ kind: "replace", at: "providers[0].matchImages[0]", value: "z.io" }, "- a.io #", "- z.io #"],
    [{ kind: "replace", at: "providers[0].matchImages[0]", value: "*.io" }, "- a.io #", '- "*.io" #'],
    [{ kind: "replace", at: "providers[0].matchImages[1]", value: "z.io" }, "'b.io'", "'z.io'"],
    [{ kind: "replace", at: "providers[0].name", value: "on" }, "name: one #", 'name: "on" #'],
    [{ kind: "replace", at: "providers[1].matchImages", value: ["q.io"] }, "[x.io]", '["q.io"]'],
    [
      { kind: "replace", at: "providers[0].matchImages", value: ["q.io"] },
      `matchImages:
      - a.io # why
      - 'b.io'
      - "c.io"
`,
      `matchImages: ["q.io"]
`,
    ],
    [{ kind: "remove", at: "providers[0].matchImages[0]" }, "      - a.io # why\n", ""],
    [{ kind: "remove", at: "providers[0].matchImages[2]" }, '      - "c.io"\n', ""],
    [{ kind: "remove", at: "providers[0].args[0]" }, `["-v", '-w']`, `['-w']`],
    [{ kind: "remove", at: "providers[0].args[1]" }, `["-v", '-w']`, `["-v"]`],
    [{ kind: "remove", at: "providers[1].name" }, "- name: two\n    match", "- match"],
    [{ kind: "remove", at: "providers[1].env" }, "    env: {A: b}\n", ""],
    [{ kind: "remove", at: "providers[1]" }, "  - name: two\n    matchImages: [x.io]\n    env: {A: b}\n", ""],
    [
      { kind: "replace-item", at: "providers[0].matchImages[1]", values: ["p.io", "q.io"] },
      "- 'b.io'\n",
      "- 'p.io'\n      - 'q.io'\n",
    ],
    [
      { kind: "replace-item", at: "providers[1].matchImages[0]", values: ["p.io", "*.q.io"] },
      "[x.io]",
      '[p.io, "*.q.io"]',
    ],
    [
      { kind: "append", at: "providers[0].matchImages", value: "d.io" },
      '- "c.io"\n',
      '- "c.io"\n      - "d.io"\n',
    ],
    [{ kind: "append", at: "providers[1].matchImages", value: "d.io" }, "[x.io]", "[x.io, d.io]"],
    [
      { kind: "set", at: "providers[0]", key: "apiVersion", value: "v1" },
      "# the first\n",
      '# the first\n    apiVersion: "v1"\n',
    ],
    [{ kind: "set", at: "providers[1].env", key: "B", value: "c" }, "{A: b}", '{A: b, B: "c"}'],
    [{ kind: "set", at: "providers[1]", key: "name", value: "three" }, "name: two", "name: three"],
    [{ kind: "rename", at: "providers[0].args", key: "argv" }, "args:", "argv:"],
    [{ kind: "rename", at: { file: "", line: 11, column: 5 }, key: "x" }, "matchImages: [x", "x: [x"],
    [{ kind: "replace", at: { file: "", line: 12, column: 10 }, value: [] }, "{A: b}", "[]"],
    [{ kind: "text", at: { file: "", line: 1, column: 3 }, length: 4, text: "HEAD" }, "# head", "# HEAD"],
  ];
  for (const [change, before, after] of cases) {
    assert.ok(BLOCK.includes(before), before);
    const result = changed(BLOCK, change);
    assert.equal(
      result,
      BLOCK.replace(before, () => after),
    );
    parse(result);
    const windows = changed(BLOCK.replaceAll("\n", "\r\n"), change);
    assert.equal(windows.replaceAll("\r\n", "\n"), result);
    assert.ok(!/[^\r]\n/.test(windows));
  }
});

test("JSON stays JSON", () => {
  const file = '{"providers": [{"name": "one", "matchImages": ["a.io"], "args": []}]}';
  const cases: readonly Change[] = [
    { kind: "replace", at: "providers[0].name", value: "two" },
    { kind: "set", at: "providers[0]", key: "env", value: [{ name: "A", value: "b" }] },
    { kind: "append", at: "providers[0].args", value: "-v" },
    { kind: "append", at: "providers[0].matchImages", value: "b.io" },
    { kind: "remove", at: "providers[0].args" },
    { kind: "rename", at: "providers[0].args", key: "argv" },
  ];
  assert.deepEqual(
    cases.map((change) => JSON.parse(changed(file, change)).providers[0]),
    [
      { name: "two", matchImages: ["a.io"], args: [] },
      { name: "one", matchImages: ["a.io"], args: [], env: [{ name: "A", value: "b" }] },
      { name: "one", matchImages: ["a.io"], args: ["-v"] },
      { name: "one", matchImages: ["a.io", "b.io"], args: [] },
      { name: "one", matchImages: ["a.io"] },
      { name: "one", matchImages: ["a.io"], argv: [] },
    ],
  );
});

test("a file without a final line end, missing values, several changes at once", () => {
  assert.equal(changed("a:\n  - x", { kind: "append", at: "a", value: "y" }), 'a:\n  - x\n  - "y"\n');
  assert.equal(changed("a:\nb: c\n", { kind: "append", at: "a", value: "y" }), 'a: ["y"]\nb: c\n');
  assert.equal(
    changed(
      BLOCK,
      { kind: "remove", at: "providers[0].args" },
      { kind: "replace", at: "providers[1].name", value: "x" },
    ),
    BLOCK.replace(`    args: ["-v", '-w']\n`, "").replace("name: two", "name: x"),
  );
});

test("a value that cannot be changed separately is not changed", () => {
  const source = yamlSource("a: &x [b]\nc: *x\nd: !!str e\n");
  for (const change of [
    { kind: "replace", at: "a", value: "y" },
    { kind: "replace", at: "c", value: "y" },
    { kind: "replace", at: "d", value: "y" },
    { kind: "replace", at: "nothing.here", value: "y" },
    { kind: "remove", at: "nothing" },
  ] as const satisfies readonly Change[]) {
    assert.equal(editsOf(source, change), undefined, JSON.stringify(change));
  }
});

test("of two overlapping edits only the first is applied", () => {
  const { text, applied } = applyEdits("abcdef", [
    [{ start: 1, end: 3, text: "X" }],
    [
      { start: 2, end: 4, text: "Y" },
      { start: 5, end: 6, text: "Z" },
    ],
    [{ start: 4, end: 5, text: "W" }],
  ]);
  assert.deepEqual([text, applied], ["aXdWf", [true, false, true]]);
});

test("positions count characters, as editors show them", () => {
  const text = "a\n😀b\n";
  const starts = lineStarts(text);
  assert.equal(offsetAt(text, starts, { line: 2, column: 2 }), 4);
  assert.deepEqual(positionAt(text, starts, 4), { line: 2, column: 2 });
  assert.deepEqual(positionAt(text, starts, 0), { line: 1, column: 1 });
});
