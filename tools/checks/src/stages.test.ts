import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { test } from "node:test";
import { ROOT } from "@imagecred/workspace";
import { STAGES } from "./stages.ts";

test("every test file runs in exactly one stage", () => {
  const stagesOf = new Map<string, string[]>();
  for (const path of globSync("{packages,tools}/**/*.test.ts", { cwd: ROOT, exclude: ["**/node_modules"] }))
    stagesOf.set(path, []);
  for (const { name, files = [] } of STAGES.filter(({ repeats }) => repeats !== true))
    for (const path of globSync([...files], { cwd: ROOT })) stagesOf.get(path)?.push(name);
  assert.ok(stagesOf.size > 100);
  for (const [path, names] of stagesOf) assert.equal(names.length, 1, `${path} runs in [${names}]`);
});
