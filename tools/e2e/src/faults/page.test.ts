import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DOCS } from "@imagecred/workspace";
import { reliabilityPage } from "./page.ts";

test("docs/reliability.md is what the recorded runs say", () => {
  const hint = "npx node tools/e2e/src/faults/main.ts --page";
  assert.equal(readFileSync(join(DOCS, "reliability.md"), "utf8"), reliabilityPage(), hint);
});
