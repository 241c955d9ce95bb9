import assert from "node:assert/strict";
import { test } from "node:test";
import { KubernetesVersionError, kubeletRules } from "./kubernetes-version.ts";

test("versions as written by people and by kubelets", () => {
  for (const text of ["1.34", "v1.34", "1.34.2", "v1.34.2-eks-1", " 1.34 ", "1.34+"]) {
    assert.equal(kubeletRules(text).minor, 34, text);
  }
  assert.deepEqual(kubeletRules("1.99"), { ...kubeletRules(), minor: 99 });
});

test("other texts, and versions before 1.26, are rejected", () => {
  for (const text of ["", "34", "1", "1.25", "2.0", "1.x", "1.34x", "latest"]) {
    assert.throws(() => kubeletRules(text), KubernetesVersionError, text);
  }
});
