import assert from "node:assert/strict";
import { test } from "node:test";
import { growth, renderTable } from "./report.ts";
import type { Row, Table } from "./results.ts";

const row = (label: string, wallMs: number, more: Partial<Row> = {}): Row => ({
  label,
  ours: true,
  bytes: 6e6,
  runs: 9,
  wallMs,
  wallP90Ms: wallMs * 1.1,
  cpuMs: 5,
  peakMib: 20,
  phases: { beforeRequests: 3, servers: 80, betweenRequests: 2, afterRequests: 1 },
  ...more,
});
const table = (...rows: readonly Row[]): Table => ({
  plugin: "ecr",
  title: "ECR",
  latencyMs: 0,
  rows,
  bare: { requests: 4, wallMs: 81 },
});

test("a row is compared with the row that it names, on the same runtime", () => {
  const both = table(
    row("static", 8, { comparedWith: "static before" }),
    row("static before", 10, { ours: false }),
    row("nodejs", 60, { comparedWith: "nodejs before" }),
    row("nodejs before", 50, { ours: false }),
  );
  const text = renderTable(both);
  assert.match(text, /imagecred static \| 8\.0 \(8\.8\) · \*\*0\.80x\*\*/);
  assert.match(text, /imagecred nodejs \| 60\.0 \(66\.0\) · \*\*1\.20x\*\*/);
  assert.deepEqual(growth({ machine: "m", date: "d", tables: [both] }), [
    "ecr nodejs at 0 ms: wall is 1.200x of before",
  ]);
});

test("without a row to compare with there are no shares", () => {
  assert.doesNotMatch(renderTable(table(row("static", 8))), /x\*\*/);
});

test("the wall time is broken down if requests have latency", () => {
  const line = "| imagecred static | 3.0 | 80.0 | 2.0 | 1.0 |";
  assert.ok(renderTable({ ...table(row("static", 86)), latencyMs: 20 }).includes(line));
  assert.ok(!renderTable(table(row("static", 8))).includes(line));
});

test("the wall time is compared with that of bare requests", () => {
  const text = renderTable({ ...table(row("static", 86)), latencyMs: 20 });
  assert.match(text, /sends 4 requests .* nothing else: 81\.0 ms; imagecred static takes 5\.0 ms more\./);
});
