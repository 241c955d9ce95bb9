import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DOCS } from "@imagecred/workspace";
import { LIMITS } from "./limits.ts";
import { fleetPage } from "./page.ts";
import { drawPicture } from "./picture.ts";
import { formatSeconds, formatShare, renderScenario } from "./report.ts";
import { cases, RESULTS_FILE, type Row, rowOf } from "./results.ts";

const { seed, rows } = JSON.parse(readFileSync(RESULTS_FILE, "utf8")) as {
  readonly seed: number;
  readonly rows: readonly Row[];
};

test("page and picture are made from the recorded results: npx node tools/fleet/src/main.ts --write", () => {
  assert.equal(readFileSync(join(DOCS, "fleet.md"), "utf8"), fleetPage(rows, seed));
  assert.equal(readFileSync(join(DOCS, "fleet.svg"), "utf8"), drawPicture(rows));
});

test("every case of the page has a row, with the same number of nodes", () => {
  assert.deepEqual(
    rows.map(({ scenario, route, policy, nodes }) => [scenario, route, policy, nodes]),
    cases().map(({ scenario, route, policy }) => [scenario.id, route.id, policy.name, scenario.nodes]),
  );
  assert.equal(Math.max(...rows.map(({ nodes }) => nodes)), 100_000);
});

test("the recorded results show what the page says", () => {
  const day = (route: string, policy: string) => {
    const found = rows.find((row) => row.scenario === "day" && row.route === route && row.policy === policy);
    return found?.services[0] ?? assert.fail(`${route}, ${policy}`);
  };
  assert.equal(day("ecr", "imagecred").throttledShare, 0);
  assert.ok(day("ecr", "no jitter").throttledShare > 0.2);
  for (const route of ["ecr", "acr", "gcr-pod"]) {
    assert.ok(day(route, "jitter of a quarter").peak < day(route, "imagecred").peak * 0.7, route);
    assert.equal(day(route, "imagecred").throttledShare, 0);
  }
  for (const { unmet } of rows) assert.equal(unmet, 0);
});

test("a recorded row can be reproduced", async () => {
  const one = cases().find(
    ({ scenario, route, policy }) =>
      scenario.id === "day" && route.id === "gcr-pod" && policy.name === "imagecred",
  );
  assert.ok(one);
  const recorded = rows.find(
    ({ scenario, route, policy }) => scenario === "day" && route === "gcr-pod" && policy === "imagecred",
  );
  assert.deepEqual(await rowOf(one, seed), recorded);
});

test("a table for a terminal and for Markdown", async () => {
  const few = cases(0.0005).filter(({ scenario }) => scenario.id === "boot");
  const small = await Promise.all(few.slice(0, 2).map((one) => rowOf(one, 1)));
  const lines = renderScenario("boot", small).trimEnd().split("\n");
  assert.equal(lines.length, 4);
  assert.equal(new Set(lines.map(({ length }) => length)).size, 1);
  assert.match(lines[2] ?? "", /^\| \*\*ECR, the node's role\*\*, 50 nodes \| imagecred /);
});

test("numbers in readable form", () => {
  assert.deepEqual([0, 0.04, 9.94, 75.4, 120, 270].map(formatSeconds), [
    "0.0 s",
    "0.0 s",
    "9.9 s",
    "75 s",
    "2 min",
    "4 min 30 s",
  ]);
  assert.deepEqual([0, 0.0001, 0.588, 1].map(formatShare), ["0 %", "< 0.1 %", "58.8 %", "100.0 %"]);
});

test("each limit has its source", () => {
  for (const { source, perSecond, burst } of LIMITS) {
    assert.match(source, /^https:\/\//);
    assert.ok(perSecond > 0 && burst >= perSecond);
  }
});
