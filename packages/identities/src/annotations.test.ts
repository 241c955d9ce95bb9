import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AWS_ANNOTATIONS,
  AZURE_ANNOTATIONS,
  annotationFacts,
  annotationThatSays,
  GOOGLE_ANNOTATIONS,
  keysThatSay,
} from "./annotations.ts";

const TABLES = { AWS_ANNOTATIONS, AZURE_ANNOTATIONS, GOOGLE_ANNOTATIONS };

for (const [name, table] of Object.entries(TABLES)) {
  test(`${name}: each key once, a qualified name, and ours before the vendors' for each thing that is said`, () => {
    const facts = annotationFacts(table);
    assert.equal(new Set(facts.map(({ key }) => key)).size, facts.length);
    for (const { key } of facts) assert.match(key, /^[a-z0-9.-]+\.[a-z]+\/[a-z-]+$/);
    for (const meaning of new Set(facts.map(({ says }) => says))) {
      const rows = facts.filter(({ says }) => says === meaning);
      const ours = rows.findIndex(({ by }) => by === "imagecred");
      assert.ok(ours <= 0, meaning);
      // The opt-in of GKE's own pool says nothing that another annotation could.
      if (meaning !== "opt-in") assert.equal(ours, 0, meaning);
    }
    assert.ok(facts.some(({ namesIdentity }) => namesIdentity));
  });
}

test("of those that say the same the first that is there counts; an empty one only where that is asked for", () => {
  const [ours = "", plugins = "", pods = ""] = keysThatSay(AWS_ANNOTATIONS, "role");
  const find = (annotations: Readonly<Record<string, string>>, isThere?: (value?: string) => boolean) =>
    annotationThatSays(AWS_ANNOTATIONS, "role", annotations, isThere);
  assert.equal(find({ [pods]: "c", [plugins]: "b", [ours]: "a" }), ours);
  assert.equal(find({ [pods]: "c", [plugins]: "b" }), plugins);
  assert.equal(find({ [pods]: "c", [plugins]: "" }), pods);
  assert.equal(
    find({ [pods]: "c", [plugins]: "" }, (value) => value !== undefined),
    plugins,
  );
  assert.equal(find({ unrelated: "x" }), undefined);
});
