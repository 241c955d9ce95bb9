import fc from "fast-check";
import { type Tree, textScalar, toJson, toYaml, yamlStyle } from "./documents.ts";
import { qualifiedName } from "./image-names.ts";
import { glob } from "./names.ts";
import { NearlyRight, usually } from "./nearly-right.ts";
import { oddScalar } from "./odd-scalars.ts";
import { JSON_PIECES, YAML_PIECES } from "./pieces.ts";
import { anyText, damaged } from "./text.ts";
import { durationText } from "./values.ts";

const nearly = new NearlyRight(oddScalar, 60);

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

const tokenAttributes = nearly.map([
  ["serviceAccountTokenAudience", nearly.text(usually(["aud", "https://x"], fc.constant("")))],
  ["cacheType", nearly.text(usually(["ServiceAccount", "Token"], fc.constantFrom("", "token")))],
  [
    "requireServiceAccount",
    nearly.value(fc.boolean().map((b) => ({ kind: "scalar", yaml: String(b), json: String(b) }) as const)),
  ],
  ["requiredServiceAccountAnnotationKeys", nearly.list(annotationKeys.map(textScalar), 2), 0.4],
  ["optionalServiceAccountAnnotationKeys", nearly.list(annotationKeys.map(textScalar), 2), 0.4],
]);

/** A provider of this name, or of one that is wrong or taken. */
const provider = (name: string) =>
  nearly.map([
    [
      "name",
      nearly.text(
        usually([name], fc.oneof(fc.constantFrom("", ".", "..", "a/b", "a b", "a\tb", "b"), anyText(4)), 12),
      ),
    ],
    [
      "matchImages",
      nearly.list(usually(["r.io", "*.r.io", "*.dkr.ecr.*.amazonaws.com"], glob, 8).map(textScalar)),
      0.97,
    ],
    ["defaultCacheDuration", nearly.text(usually(["10m", "0s", "12h", "1h2m3.5s"], durationText, 8))],
    [
      "apiVersion",
      nearly.text(versions("credentialprovider.kubelet.k8s.io", ["v2", "", "kubelet.config.k8s.io/v1"])),
    ],
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
  .subarray(["a", "b", "c", "ecr-credential-provider"])
  .chain((names) => fc.tuple(...names.map(provider)))
  .map((items): Tree => ({ kind: "list", items }));

const root = nearly.map([
  [
    "apiVersion",
    nearly.text(versions("kubelet.config.k8s.io", ["v2", "", "v1", "kubelet.config.k8s.io/v2"])),
  ],
  [
    "kind",
    nearly.text(
      usually(
        ["CredentialProviderConfig"],
        fc.constantFrom("KubeletConfiguration", "credentialproviderconfig", ""),
        40,
      ),
    ),
  ],
  ["providers", nearly.value(providers)],
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
