import fc from "fast-check";

/** Pieces to insert into any text: delimiters of many formats, numbers at limits, characters that editors hide. */
const PIECES: readonly string[] = [
  ..."{}[]\"':,\\/.-_%@#=&?*<>|;!~ \t\n\r\0",
  ...["\u00e9", "\u202e", "\ufeff", "\ud800", "\u{1f600}", "\u2028", "\x7f", "\x85"],
  ...["null", "true", "0", "-1", "1e999", "9007199254740993", "99999999999999999999", "0x10", "1_000", ".5"],
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "length"],
  ...["---\n", "- ", ": ", "&a ", "*a", "<<: *a", "!!binary ", "|\n  ", ">-\n", "? ", "%YAML 1.1\n"],
  ...[
    "[default]\n",
    "[profile x]\n",
    "http://",
    "https://",
    "..",
    "//",
    "127.0.0.1",
    "[::1]",
    ":443",
    ":99999",
  ],
  ...[
    ".amazonaws.com",
    ".azurecr.io",
    ".pkg.dev",
    "gcr.io",
    ".evil.test",
    "@sha256:",
    "xn--",
    "%00",
    "%2e",
    "%zz",
  ],
  ...["\\u0000", "\\ud800", "a".repeat(300), "[".repeat(300), '{"a":'.repeat(100), "9".repeat(400)],
];

interface Change {
  readonly how: "insert" | "delete" | "repeat" | "replace" | "cut" | "swap";
  /** Position in the text, from 0 to 1. */
  readonly at: number;
  readonly length: number;
  readonly piece: string;
}

const change: fc.Arbitrary<Change> = fc.record({
  how: fc.constantFrom("insert", "insert", "delete", "repeat", "replace", "replace", "cut", "swap"),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  length: fc.integer({ min: 1, max: 24 }),
  piece: fc.constantFrom(...PIECES),
});

function applied(text: string, { how, at, length, piece }: Change): string {
  const start = Math.floor(at * (text.length + 1));
  const [before, part, after] = [
    text.slice(0, start),
    text.slice(start, start + length),
    text.slice(start + length),
  ];
  switch (how) {
    case "insert":
      return before + piece + part + after;
    case "delete":
      return before + after;
    case "repeat":
      return before + part + part + after;
    case "replace":
      return before + piece + after;
    case "cut":
      return before;
    case "swap":
      return after + part + before;
  }
}

/** Texts of a corpus, unchanged or changed in up to seven places; occasionally text made only of pieces. */
export function mutated(corpus: readonly string[]): fc.Arbitrary<string> {
  const changed = fc
    .tuple(fc.constantFrom(...corpus), fc.array(change, { maxLength: 7 }))
    .map(([text, changes]) => changes.reduce(applied, text));
  const loose = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join(""));
  return fc.oneof({ arbitrary: changed, weight: 9 }, { arbitrary: loose, weight: 1 });
}
