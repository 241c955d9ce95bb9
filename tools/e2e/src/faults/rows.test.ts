import assert from "node:assert/strict";
import { test } from "node:test";
import { GROUPS } from "./groups.ts";
import { mergeRows, type Row } from "./rows.ts";

const [first, second] = GROUPS.map(({ name }) => name);
const row = (group: string | undefined, plugin: Row["plugin"], more: Partial<Row>): Row => ({
  plugin,
  group: group ?? assert.fail("two groups"),
  runs: 2,
  credentials: 1,
  refusals: 1,
  mostRequests: 1,
  latestMs: 0,
  ...more,
});

test("rows of the same group and plugin are one row, in the page's order", () => {
  const rows = mergeRows([
    row(second, "ecr", {}),
    row(first, "gcr", { mostRequests: 4 }),
    row(first, "ecr", {}),
    row(first, "gcr", { latestMs: 30, runs: 6 }),
  ]);
  assert.deepEqual(
    rows.map(({ group, plugin }) => `${group} ${plugin}`),
    [`${first} ecr`, `${first} gcr`, `${second} ecr`],
  );
  assert.deepEqual(
    rows[1],
    row(first, "gcr", { runs: 8, credentials: 2, refusals: 2, mostRequests: 4, latestMs: 30 }),
  );
});
