import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "./seeded-random.ts";

test("a seed gives the same values, and another seed others", () => {
  const values = (seed: number) => Array.from({ length: 100 }, seededRandom(seed));
  assert.deepEqual(values(7), values(7));
  assert.notDeepEqual(values(7), values(8));
  for (const value of values(7)) assert.ok(value >= 0 && value < 1);
});
