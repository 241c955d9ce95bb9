import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cacheSecondsUntil } from "./cache-duration.ts";

test("half of twelve hours, up to a tenth less", () => {
  const twelveHours = 12 * 3600 * 1000;
  assert.equal(cacheSecondsUntil(twelveHours, 0, 0), 21_600);
  assert.equal(cacheSecondsUntil(twelveHours, 0, 0.999999), 19_440);
});

test("always whole seconds, never negative, never past half of what is left", () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0 }), random, (expiresAt, now, chance) => {
      const seconds = cacheSecondsUntil(expiresAt, now, chance);
      assert.ok(Number.isSafeInteger(seconds) && seconds >= 0);
      assert.ok(seconds === 0 || seconds * 2000 <= expiresAt - now);
    }),
  );
});

test("what has expired, or never made sense, is not cached", () => {
  for (const expiresAt of [0, -1, Number.NaN, 1_900]) assert.equal(cacheSecondsUntil(expiresAt, 1_000, 0), 0);
});
