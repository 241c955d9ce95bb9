import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DOCS } from "@imagecred/workspace";
import { withLoad } from "./report.ts";

test("docs/performance.md has a place for the results, which are replaced and not added", () => {
  const results = { machine: "two cores", date: "2026-11-27", seed: 1, lanes: 8, rows: [] };
  const page = readFileSync(join(DOCS, "performance.md"), "utf8");
  const first = withLoad(page, results);
  assert.match(first, /## Under load\n\nRecorded 2026-11-27 on two cores/);
  assert.equal(withLoad(first, results), first);
});
