import fc from "fast-check";
import { type Tree, toJson, toYaml, yamlStyle } from "./documents.ts";
import { NearlyRight } from "./nearly-right.ts";
import { oddJson } from "./odd-scalars.ts";
import { JSON_PIECES } from "./pieces.ts";
import { anyText, damaged } from "./text.ts";
import { durationText } from "./values.ts";

const nearly = new NearlyRight(oddJson, 30);

const GROUP = "credentialprovider.kubelet.k8s.io";
const VERSIONS = ["v1", "v1", "v1", "v1beta1", "v1alpha1"].map((version) => `${GROUP}/${version}`);

const login = nearly.map([
  ["username", nearly.text(anyText(5))],
  ["password", nearly.text(anyText(5))],
]);
const auth = fc
  .array(fc.tuple(nearly.usually(["r.io", "*.r.io", "https://r.io"], anyText(5), 3), nearly.value(login)), {
    maxLength: 3,
  })
  .map((entries): Tree => ({ kind: "map", entries }));

const document = nearly.map([
  [
    "kind",
    nearly.text(
      nearly.usually(
        ["CredentialProviderResponse"],
        fc.constantFrom("CredentialProviderRequest", "Status", ""),
      ),
    ),
  ],
  [
    "apiVersion",
    nearly.text(nearly.usually(VERSIONS, fc.constantFrom("v1", "", "a/b/c", "kubelet.config.k8s.io/v1"))),
  ],
  [
    "cacheKeyType",
    nearly.text(nearly.usually(["Image", "Registry", "Global"], fc.constantFrom("image", ""), 8)),
  ],
  ["cacheDuration", nearly.text(nearly.usually(["5m", "0s", "-1m"], durationText, 4)), 0.8],
  ["auth", nearly.value(auth)],
]);

const json = fc
  .tuple(
    document,
    fc.constantFrom("", "", "\n", " \t\r\n"),
    fc.constantFrom("", "", "", "\n", "\n\n", "{}", "x", "\u0000"),
  )
  .map(([tree, before, after]) => before + toJson(tree) + after);

/** A plugin's possible output, and the version that the provider expects. */
export const response: fc.Arbitrary<{ apiVersion: string; stdout: string }> = fc.record({
  apiVersion: nearly.usually([`${GROUP}/v1`], fc.constantFrom(...VERSIONS), 2),
  stdout: fc.oneof(
    { weight: 8, arbitrary: json },
    { weight: 4, arbitrary: damaged(json, JSON_PIECES) },
    { weight: 1, arbitrary: fc.tuple(document, yamlStyle).map(([tree, style]) => toYaml(tree, style)) },
    { weight: 1, arbitrary: anyText(10) },
  ),
});
