import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AWS_ANNOTATIONS,
  AZURE_ANNOTATIONS,
  annotationFacts,
  annotationFor,
  GOOGLE_ANNOTATIONS,
  keysFor,
} from "./annotations.ts";

const TABLES = { AWS_ANNOTATIONS, AZURE_ANNOTATIONS, GOOGLE_ANNOTATIONS };

for (const [name, table] of Object.entries(TABLES)) {
  test(`${name}: keys are unique qualified names, and ours are before the vendors' for each meaning`, () => {
    const facts = annotationFacts(table);
    assert.equal(new Set(facts.map(({ key }) => key)).size, facts.length);
    for (const { key } of facts) assert.match(key, /^[a-z0-9.-]+\.[a-z]+\/[a-z-]+$/);
    for (const meaning of new Set(facts.map((fact) => fact.meaning))) {
      const rows = facts.filter((fact) => fact.meaning === meaning);
      const ours = rows.findIndex(({ definedBy }) => definedBy === "imagecred");
      assert.ok(ours <= 0, meaning);
      // The opt-in is for GKE's own pool only, so there is no annotation of ours for it.
      if (meaning !== "opt-in") assert.equal(ours, 0, meaning);
    }
    assert.ok(facts.some(({ namesIdentity }) => namesIdentity));
  });
}

test("the first key that is present wins; an empty value counts only if isPresent accepts it", () => {
  const [ours = "", plugins = "", pods = ""] = keysFor(AWS_ANNOTATIONS, "role");
  const find = (annotations: Readonly<Record<string, string>>, isPresent?: (value?: string) => boolean) =>
    annotationFor(AWS_ANNOTATIONS, "role", annotations, isPresent);
  assert.equal(find({ [pods]: "c", [plugins]: "b", [ours]: "a" }), ours);
  assert.equal(find({ [pods]: "c", [plugins]: "b" }), plugins);
  assert.equal(find({ [pods]: "c", [plugins]: "" }), pods);
  assert.equal(
    find({ [pods]: "c", [plugins]: "" }, (value) => value !== undefined),
    plugins,
  );
  assert.equal(find({ unrelated: "x" }), undefined);
});
