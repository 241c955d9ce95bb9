import fc from "fast-check";
import { type Tree, textScalar, toJson, toYaml, yamlStyle } from "./documents.ts";
import { anyText, damaged } from "./text.ts";
import { durationText } from "./values.ts";

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
  "\\ud83d",
  "\\x",
  "null",
  "true",
  "1",
  "-",
  " ",
  "\n",
  "\t",
  "'",
  "\u0000",
  "\ufeff",
];

const odd: fc.Arbitrary<Tree> = fc
  .constantFrom(
    "null",
    "true",
    "1",
    "-0",
    "1.5",
    "1e400",
    "{}",
    "[]",
    '["x"]',
    '{"a":"b"}',
    '""',
    "9007199254740993",
    '"\\ud800"',
    '"\\u0000"',
  )
  .map((json) => ({ kind: "scalar", yaml: json, json }));
const mostly = (right: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> =>
  fc.oneof({ weight: 14, arbitrary: right }, { weight: 1, arbitrary: odd });
const text = (values: fc.Arbitrary<string>) => mostly(values.map(textScalar));

type Entries = readonly (readonly [string, Tree])[];

/** Entries present or absent, at times twice, in another case, or with one that nobody knows. */
function map(fields: Readonly<Record<string, readonly [fc.Arbitrary<Tree>, number?]>>): fc.Arbitrary<Tree> {
  const names = Object.keys(fields);
  const present = Object.entries(fields).map(([name, [value, chance = 0.95]]) =>
    fc
      .tuple(fc.double({ min: 0, max: 1, noNaN: true }), value)
      .map(([roll, tree]): Entries => (roll < chance ? [[name, tree]] : [])),
  );
  const extra: fc.Arbitrary<Entries> = fc.oneof(
    { weight: 12, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom("unknown", "metadata", "auth", "status", "email"), odd)
        .map((entry) => [entry]),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...names, ...names.map((name) => name.toUpperCase())), odd)
        .map((entry) => [entry]),
    },
  );
  return fc
    .tuple(fc.tuple(...present), extra)
    .map(([all, more]) => ({ kind: "map", entries: [...all.flat(), ...more] }));
}

const version = fc
  .constantFrom("v1", "v1", "v1", "v1beta1", "v1alpha1")
  .map((v) => `credentialprovider.kubelet.k8s.io/${v}`);
const login = map({ username: [text(anyText(5))], password: [text(anyText(5))] });
const auth = fc
  .array(
    fc.tuple(fc.oneof(fc.constantFrom("r.io", "*.r.io", "", "https://r.io"), anyText(5)), mostly(login)),
    { maxLength: 3 },
  )
  .map((entries): Tree => ({ kind: "map", entries }));

const document = map({
  kind: [
    text(
      fc.oneof(
        { weight: 14, arbitrary: fc.constant("CredentialProviderResponse") },
        { weight: 1, arbitrary: fc.constantFrom("CredentialProviderRequest", "Status", "") },
      ),
    ),
    0.98,
  ],
  apiVersion: [
    text(
      fc.oneof(
        { weight: 14, arbitrary: version },
        { weight: 1, arbitrary: fc.constantFrom("v1", "", "a/b/c", "kubelet.config.k8s.io/v1") },
      ),
    ),
    0.98,
  ],
  cacheKeyType: [text(fc.constantFrom("Image", "Registry", "Global", "image", ""))],
  cacheDuration: [text(fc.oneof(fc.constantFrom("5m", "0s", "-1m"), durationText)), 0.8],
  auth: [mostly(auth)],
});

const json = fc
  .tuple(
    document,
    fc.constantFrom("", "", "\n", " \t\r\n"),
    fc.constantFrom("", "", "\n", "\n\n", "{}", "x", "\u0000"),
  )
  .map(([tree, before, after]) => before + toJson(tree) + after);

/** What a plugin might print, and what the provider expects. */
export const response: fc.Arbitrary<{ apiVersion: string; stdout: string }> = fc.record({
  apiVersion: fc.oneof(
    { weight: 3, arbitrary: fc.constant("credentialprovider.kubelet.k8s.io/v1") },
    { weight: 1, arbitrary: version },
  ),
  stdout: fc.oneof(
    { weight: 8, arbitrary: json },
    { weight: 4, arbitrary: damaged(json, JSON_PIECES) },
    { weight: 1, arbitrary: fc.tuple(document, yamlStyle).map(([tree, style]) => toYaml(tree, style)) },
    { weight: 1, arbitrary: anyText(10) },
  ),
});
