import fc from "fast-check";
import { damaged, pieces } from "./text.ts";

const HEAD = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\n";

/** Configurations in YAML as people and programs write it, and with rarely used syntax. */
const CONFIGS: readonly string[] = [
  `${HEAD}providers:\n- name: p\n  matchImages: ["r.io", '*.r.io']\n  defaultCacheDuration: "6h"\n  apiVersion: credentialprovider.kubelet.k8s.io/v1\n  args: [--x, "--y=1"]\n  env:\n  - {name: A, value: "b"}\n`,
  `# written by hand\n---\n${HEAD}providers:\n  - name: 'it''s'\n    matchImages:\n      - r.io # a registry\n      - "*.r.io"\n    defaultCacheDuration: 1h30m\n    apiVersion: credentialprovider.kubelet.k8s.io/v1\n...\n`,
  `{"apiVersion": "kubelet.config.k8s.io/v1", "kind": "CredentialProviderConfig", "providers": [{"name": "p1", "matchImages": ["r.io"], "defaultCacheDuration": "0s", "apiVersion": "credentialprovider.kubelet.k8s.io/v1"}]}\n`,
  `# JSON, except for this line\n{"apiVersion": "kubelet.config.k8s.io/v1",\n "kind": "CredentialProviderConfig",\n "providers": [\n  {"name": "p1", "matchImages": ["r.io"],\n   "env": [{"name": "A", "value": "\\u00e9\\n"}]}\n ]}\n`,
  `${HEAD}providers:\n- &p\n  name: p\n  matchImages: &m [ r.io, s.io ]\n  args: &a\n  - |\n    two\n    lines\n  - >-\n    folded\n    text\n\n    end\n- <<: *p\n  name: q\n  matchImages: *m\n`,
  `%YAML 1.1\n%TAG !k! tag:yaml.org,2002:\n---\n${HEAD}providers:\n- name: !!str p\n  matchImages: !!seq [!k!str r.io]\n  args: ! [!<tag:yaml.org,2002:str> 1, !local 2]\n`,
  `${HEAD}providers:\n- ? name\n  : p\n  ? matchImages\n  : - r.io\n  ? [a, b]\n  : c\n  {d: e}: f\n`,
  `${HEAD}providers:\n-\n  name:\n    p\n  matchImages:\n  -\n    r.io\n  - "a\n    b \\\n    c"\n  - 'd\n\n    e'\n  - plain\n    text\n  env: [{\n    name: A,\n value: b\n}, {name: C,\nvalue: d}]\n`,
];

/** YAML's syntax, and the parts that its readers disagree about. */
const PIECES: readonly string[] = [
  ..."\n\n\n  \t\t\"\"'':::,[]{}#&*!|>-?%@`=~<\\\r\u0085\u2028\u2029\ufeff\u00a0é😀",
  ..."\0\u0007\u007f\u0080\u009f\ud7ff\ue000\ufffd",
  "\n\t",
  "\t\n",
  "\n  ",
  "\n- ",
  " #",
  "# ",
  "#c",
  ": ",
  ":\n",
  "- ",
  "? ",
  "?",
  "\r\n",
  "---\n",
  "\n---\n",
  "...\n",
  "--- ",
  "\n...",
  "|",
  "|-#c",
  "|+\n",
  ">2\n",
  "|0\n",
  "|\n\n ",
  ">-\n",
  "''",
  '"#c',
  "'#c",
  "]#c",
  "\\\n",
  "\\/",
  "\\x4",
  "\\u12",
  "\\ud800",
  "\\U00110000",
  "\\'",
  "\\ ",
  "!!str",
  "!!str,",
  "!!",
  "!",
  "!x!y ",
  "!<x> ",
  "!!int ",
  "!!binary ",
  "!!null ",
  "!!float ",
  "!!timestamp ",
  "!%41 ",
  "!%zz ",
  "&a ",
  "*a",
  "&a",
  "<<: ",
  "<<: *a",
  "<<: [*a]",
  "{}: x",
  "[]: x",
  "[a]: b",
  "{a}: b",
  "[a: b]",
  "{a, b: c}",
  "[? a : b]",
  "{? a}",
  "{a:b}",
  "{a: }",
  "[a:,b]",
  "%YAML 1.1\n",
  "%YAML 1.2\n",
  "%TAG ! x\n",
  "%TAG !a! y\n",
  "%FOO\n",
  "null: ",
  "~: ",
  "1: ",
  "1.5: ",
  "true: ",
  ".nan: ",
  "0x10",
  "1_0",
  "1e3",
  ".inf",
  "yes",
  "x".repeat(1020),
  "[".repeat(40),
];

/** Texts in YAML or similar to it. The kubelet accepts few; for the others packages/kubelet must give the same messages. */
const text = fc.oneof(
  { weight: 6, arbitrary: damaged(fc.constantFrom(...CONFIGS), PIECES, 3) },
  { weight: 2, arbitrary: pieces(PIECES, { max: 10 }) },
  { weight: 2, arbitrary: pieces(PIECES, { max: 5 }).map((odd) => `${HEAD}providers: ${odd}`) },
  {
    weight: 1,
    arbitrary: pieces(PIECES, { max: 6 }).map(
      (odd) => `${HEAD}providers:\n- name: p\n  matchImages:\n  - ${odd}\n  args: []\n`,
    ),
  },
);

/** The same as bytes, as in a file: in UTF-8 or UTF-16, with a fault within or after the part that is read. */
const data = fc
  .tuple(
    text,
    fc.constantFrom("utf8", "utf8", "utf8", "utf8", "utf8", "utf16le", "utf16be", "mark"),
    fc.oneof({ weight: 7, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fault() }),
  )
  .map(([content, encoding, broken]) => {
    const bytes = encoded(content, encoding);
    if (broken !== undefined)
      bytes.splice(Math.floor(broken.at * bytes.length), broken.replaced, ...broken.bytes);
    return Buffer.from(bytes).toString("base64");
  });

function fault() {
  return fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    replaced: fc.constantFrom(0, 1, 2),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 3 }).map((bytes) => [...bytes]),
      // Up to the next 512 bytes, which are read later.
      fc.constantFrom(500, 1000).map((length) => [...Buffer.from(`\n---\n${"#".repeat(length)}`)]),
      fc.constantFrom(
        [0xc0, 0x80],
        [0xed, 0xa0, 0x80],
        [0xf4, 0x90, 0x80, 0x80],
        [0xef, 0xbb, 0xbf],
        [0xf0, 0x9f],
      ),
    ),
  });
}

function encoded(content: string, encoding: string): number[] {
  if (encoding === "utf16le") return [0xff, 0xfe, ...Buffer.from(content, "utf16le")];
  if (encoding === "utf16be") return [0xfe, 0xff, ...Buffer.from(content, "utf16le").swap16()];
  return [...(encoding === "mark" ? [0xef, 0xbb, 0xbf] : []), ...Buffer.from(content)];
}

/** One configuration file. */
export const damagedYaml: fc.Arbitrary<Record<string, unknown>> = data.map((dataBase64) => ({
  files: [{ name: "config.yaml", dataBase64 }],
}));
