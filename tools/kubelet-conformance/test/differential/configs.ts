import fc from "fast-check";
import { type Tree, textScalar, toJson, toYaml, yamlStyle } from "./documents.ts";
import { glob, qualifiedName } from "./names.ts";
import { anyText, damaged } from "./text.ts";
import { durationText } from "./values.ts";

const YAML_PIECES = [
  ":",
  ": ",
  "-",
  "- ",
  "\n",
  "\n  ",
  " ",
  "#",
  "'",
  '"',
  "[",
  "]",
  "{",
  "}",
  ",",
  "&a ",
  "*a",
  "!!str ",
  "|",
  ">",
  "---\n",
  "...\n",
  "\t",
  "?",
  "%",
  "@",
  "`",
  "~",
  "<<: ",
  "0",
  "x",
  "\\",
  "\u0085",
  "\ufeff",
];
const JSON_PIECES = [
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"',
  "\\",
  "\\u00e9",
  "\\ud800",
  "\\x",
  "null",
  "true",
  "1",
  "1e5",
  "-",
  " ",
  "\n",
  "\t",
  "//",
  "'",
  "\u0000",
];

/** Scalars that YAML and JSON give a type, or not, each in its own way. */
const oddScalar: fc.Arbitrary<Tree> = fc
  .constantFrom<readonly [yaml: string, json: string]>(
    ["null", "null"],
    ["~", "null"],
    ["true", "true"],
    ["yes", "true"],
    ["no", "false"],
    ["on", '"on"'],
    ["off", "false"],
    ["Y", '"Y"'],
    ["TRUE", "true"],
    ["1", "1"],
    ["-1", "-1"],
    ["0", "0"],
    ["1.0", "1.0"],
    ["1.5", "1.5"],
    ["1e3", "1e3"],
    ["0x10", "16"],
    ["0o7", "7"],
    ["010", "10"],
    ["1_000", "1000"],
    ["12:30", '"12:30"'],
    [".inf", "1e999"],
    [".nan", "null"],
    ["9223372036854775808", "9223372036854775808"],
    ["2026-01-01", '"2026-01-01"'],
    ["!!str 5", '"5"'],
    ["!!int 5", "5"],
    ["!!binary YWJj", '"abc"'],
    ["!custom x", '"x"'],
    ["plain words", '"plain words"'],
    ["'it''s'", '"it\'s"'],
    ['"\\u00e9\\n"', '"\\u00e9\\n"'],
    ['"\\x41"', '"\\u0041"'],
    ["&anchor x", '"x"'],
    ["{}", "{}"],
    ["[]", "[]"],
    ["[x]", '["x"]'],
    ["{a: b}", '{"a":"b"}'],
    ['""', '""'],
    ["''", '""'],
    ["=", '"="'],
    ["<<", '"<<"'],
    ["10m # ten", '"10m"'],
    ['"a\\/b"', '"a\\/b"'],
    ["0b11", "3"],
    ["+1", "1"],
    ["1.", "1.0"],
    [".5", "0.5"],
  )
  .map(([yaml, json]) => ({ kind: "scalar", yaml, json }));

/** Mostly what belongs there, at times something else. */
function mostly(right: fc.Arbitrary<Tree>, odd: fc.Arbitrary<Tree> = oddScalar): fc.Arbitrary<Tree> {
  return fc.oneof({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: odd });
}

const text = (values: fc.Arbitrary<string>): fc.Arbitrary<Tree> => mostly(values.map(textScalar));
const list = (items: fc.Arbitrary<Tree>, max = 3): fc.Arbitrary<Tree> =>
  mostly(fc.array(items, { maxLength: max }).map((all) => ({ kind: "list", items: all })));

type Field = readonly [name: string, value: fc.Arbitrary<Tree>, presence?: number];

/** A map with each field present or, at times, absent, out of order, twice, in the wrong case, or unknown. */
function map(fields: readonly Field[]): fc.Arbitrary<Tree> {
  const one = fc.tuple(
    ...fields.map(([name, value, presence = 0.99]) =>
      fc
        .tuple(fc.double({ min: 0, max: 1, noNaN: true }), value)
        .map(([chance, tree]) => (chance < presence ? [[name, tree] as const] : [])),
    ),
  );
  const extra = fc.oneof(
    { weight: 60, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom("unknown", "metadata", "x-y", "status"), oddScalar)
        .map((entry) => [entry]),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(...fields)
        .chain(([name, value]) => value.map((tree) => [[name, tree] as const])),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(...fields)
        .chain(([name, value]) =>
          fc
            .constantFrom(name.toUpperCase(), name.toLowerCase(), `${name} `)
            .chain((key) => value.map((tree) => [[key, tree] as const])),
        ),
    },
  );
  return fc.tuple(one, extra, fc.boolean()).map(([present, more, reversed]) => {
    const entries = [...present.flat(), ...more];
    return { kind: "map", entries: reversed ? entries.toReversed() : entries };
  });
}

/** One of the values that pass validation, and now and then one that may not. */
function usually(good: readonly string[], other: fc.Arbitrary<string>, weight = 15): fc.Arbitrary<string> {
  return fc.oneof({ weight, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: other });
}

const versions = (group: string, extra: readonly string[]) =>
  usually(
    ["v1", "v1", "v1beta1", "v1alpha1"].map((version) => `${group}/${version}`),
    fc.constantFrom(...extra),
    25,
  );

const annotationKeys = usually(
  ["a/id", "a/opt", "A/ID", "eks.amazonaws.com/ecr-role-arn", "x"],
  qualifiedName.map(({ name }) => name),
  8,
);

const tokenAttributes = map([
  ["serviceAccountTokenAudience", text(usually(["aud", "https://x"], fc.constant("")))],
  ["cacheType", text(usually(["ServiceAccount", "Token"], fc.constantFrom("", "token")))],
  [
    "requireServiceAccount",
    mostly(fc.boolean().map((b) => ({ kind: "scalar", yaml: String(b), json: String(b) }) as const)),
  ],
  ["requiredServiceAccountAnnotationKeys", list(annotationKeys.map(textScalar), 2), 0.4],
  ["optionalServiceAccountAnnotationKeys", list(annotationKeys.map(textScalar), 2), 0.4],
]);

/** A provider of this name, or of one that is wrong or taken. */
const provider = (name: string) =>
  map([
    [
      "name",
      text(
        usually([name], fc.oneof(fc.constantFrom("", ".", "..", "a/b", "a b", "a\tb", "b"), anyText(4)), 12),
      ),
    ],
    [
      "matchImages",
      list(usually(["r.io", "*.r.io", "*.dkr.ecr.*.amazonaws.com"], glob, 8).map(textScalar)),
      0.97,
    ],
    ["defaultCacheDuration", text(usually(["10m", "0s", "12h", "1h2m3.5s"], durationText, 8))],
    [
      "apiVersion",
      text(versions("credentialprovider.kubelet.k8s.io", ["v2", "", "kubelet.config.k8s.io/v1"])),
    ],
    ["args", list(anyText(5).map(textScalar)), 0.4],
    [
      "env",
      list(
        map([
          ["name", text(anyText(4))],
          ["value", text(anyText(4))],
        ]),
      ),
      0.4,
    ],
    ["tokenAttributes", tokenAttributes, 0.25],
  ]);

const providers = fc
  .subarray(["a", "b", "c", "ecr-credential-provider"])
  .chain((names) => fc.tuple(...names.map(provider)))
  .map((items): Tree => ({ kind: "list", items }));

const root = map([
  ["apiVersion", text(versions("kubelet.config.k8s.io", ["v2", "", "v1", "kubelet.config.k8s.io/v2"]))],
  [
    "kind",
    text(
      usually(
        ["CredentialProviderConfig"],
        fc.constantFrom("KubeletConfiguration", "credentialproviderconfig", ""),
        40,
      ),
    ),
  ],
  ["providers", mostly(providers)],
]);

const json = fc
  .tuple(root, fc.constantFrom("", "", "\n", " ", "\ufeff", "\n\n"))
  .map(([tree, around]) => around + toJson(tree) + around);
const yaml = fc
  .tuple(
    root,
    yamlStyle,
    fc.constantFrom("", "", "", "---\n", "# comment\n", "\n\n", "%YAML 1.1\n---\n"),
    fc.constantFrom("", "", "", "...\n", "---\nkind: Other\n", "---\n", "# end"),
  )
  .map(([tree, style, before, after]) => before + toYaml(tree, style) + after);

const file = fc.oneof(
  { weight: 4, arbitrary: json },
  { weight: 6, arbitrary: yaml },
  { weight: 2, arbitrary: damaged(json, JSON_PIECES) },
  { weight: 2, arbitrary: damaged(yaml, YAML_PIECES) },
);

/** A config file, or a directory of them. */
export const config: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      files: fc.tuple(
        fc.record({ name: fc.constantFrom("config.yaml", "config.json", "config"), data: file }),
      ),
      saTokens: fc.constantFrom(true, true, true, false),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      dir: fc.constant(true),
      files: fc.uniqueArray(
        fc.record({
          name: fc.constantFrom(
            "a.yaml",
            "b.yml",
            "10.json",
            "9.json",
            "B.yaml",
            "x.YAML",
            "notes.txt",
            ".hidden.yaml",
            "sub/c.yaml",
          ),
          data: file,
        }),
        { selector: ({ name }) => name, minLength: 1, maxLength: 4 },
      ),
    }),
  },
);
