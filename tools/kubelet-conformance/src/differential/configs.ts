import fc from "fast-check";
import { type Tree, textScalar, toJson, toYaml, yamlStyle } from "./documents.ts";
import { qualifiedName } from "./image-names.ts";
import { glob } from "./names.ts";
import { NearlyRight } from "./nearly-right.ts";
import { oddScalar } from "./odd-scalars.ts";
import { JSON_PIECES, YAML_PIECES } from "./pieces.ts";
import { anyText, damaged } from "./text.ts";
import { durationText } from "./values.ts";

/** Configs with a mistake at each position one time in `rarity`. */
function rootOf(rarity: number): fc.Arbitrary<Tree> {
  const nearly = new NearlyRight(oddScalar, rarity);
  const text = (good: readonly string[], other: fc.Arbitrary<string>, weight?: number) =>
    nearly.text(nearly.usually(good, other, weight));
  const version = (group: string, ...others: readonly string[]) =>
    text(
      ["v1", "v1", "v1", "v1beta1", "v1alpha1"].map((v) => `${group}/${v}`),
      fc.constantFrom(...others),
      25,
    );
  const texts = (good: readonly string[], other: fc.Arbitrary<string>, min: number) =>
    nearly.list(nearly.usually(good, other).map(textScalar), min, 2);
  const annotations = (good: readonly string[]) =>
    texts(
      good,
      qualifiedName.map(({ name }) => name),
      0,
    );

  const tokenAttributes = nearly.map([
    ["serviceAccountTokenAudience", text(["aud", "https://x"], fc.constant(""))],
    ["cacheType", text(["ServiceAccount", "Token"], fc.constantFrom("", "token"))],
    [
      "requireServiceAccount",
      nearly.value(
        fc.constantFrom("true", "true", "false").map((b) => ({ kind: "scalar", yaml: b, json: b })),
      ),
    ],
    ["requiredServiceAccountAnnotationKeys", annotations(["a/id", "eks.amazonaws.com/ecr-role-arn"]), 0.4],
    ["optionalServiceAccountAnnotationKeys", annotations(["a/opt", "A/ID", "x"]), 0.4],
  ]);

  /** A provider with this name, or with an invalid or duplicate one. */
  const provider = (name: string) =>
    nearly.map([
      ["name", text([name], fc.oneof(fc.constantFrom("", ".", "..", "a/b", "a b", "a\tb", "b"), anyText(4)))],
      ["matchImages", texts(["r.io", "*.r.io", "*.dkr.ecr.*.amazonaws.com"], glob, 1)],
      ["defaultCacheDuration", text(["10m", "0s", "12h", "1h2m3.5s"], durationText)],
      ["apiVersion", version("credentialprovider.kubelet.k8s.io", "v2", "", "kubelet.config.k8s.io/v1")],
      ["args", nearly.list(anyText(5).map(textScalar)), 0.4],
      [
        "env",
        nearly.list(
          nearly.map([
            ["name", nearly.text(anyText(4))],
            ["value", nearly.text(anyText(4))],
          ]),
        ),
        0.4,
      ],
      ["tokenAttributes", tokenAttributes, 0.25],
    ]);

  const providers = fc
    .noBias(fc.subarray(["a", "b", "c", "ecr-credential-provider"]))
    .chain((names) => fc.tuple(...names.map(provider)))
    .map((items): Tree => ({ kind: "list", items }));

  return nearly.map([
    ["apiVersion", version("kubelet.config.k8s.io", "v2", "", "v1", "kubelet.config.k8s.io/v2")],
    [
      "kind",
      text(
        ["CredentialProviderConfig"],
        fc.constantFrom("KubeletConfiguration", "credentialproviderconfig", ""),
        40,
      ),
    ],
    ["providers", nearly.value(providers)],
  ]);
}

/** Some with several mistakes, some with few or none. */
const root = fc.oneof(rootOf(60), rootOf(3000));

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
