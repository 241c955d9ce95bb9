import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cacheSecondsUntil, expiryByClock, MAX_CACHE_SECONDS } from "./cache-duration.ts";

test("half of twelve hours, up to a tenth less", () => {
  const twelveHours = 12 * 3600 * 1000;
  assert.equal(cacheSecondsUntil(twelveHours, 0, 0), 21_600);
  assert.equal(cacheSecondsUntil(twelveHours, 0, 0.999999), 19_440);
});

test("always whole seconds, never negative, never more than half of the remaining lifetime", () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.double(), fc.integer({ min: 0 }), random, (expiresAt, now, chance) => {
      const seconds = cacheSecondsUntil(expiresAt, now, chance);
      assert.ok(Number.isSafeInteger(seconds) && seconds >= 0 && seconds <= MAX_CACHE_SECONDS);
      assert.ok(seconds === 0 || seconds * 2000 <= expiresAt - now);
    }),
  );
});

test("an expired or invalid expiry is not cached", () => {
  for (const expiresAt of [0, -1, Number.NaN, 1_900]) assert.equal(cacheSecondsUntil(expiresAt, 1_000, 0), 0);
});

test("an expiry in another unit is cached for a day at most", () => {
  const now = Date.UTC(2026, 10, 27);
  const inMilliseconds = (now + 3_600_000) * 1000;
  for (const expiresAt of [
    inMilliseconds,
    Number.MAX_SAFE_INTEGER,
    Number.MAX_VALUE,
    Number.POSITIVE_INFINITY,
  ]) {
    assert.equal(cacheSecondsUntil(expiresAt, now, 0.5), 86_400);
  }
});

test("a slow clock does not extend a credential's lifetime", () => {
  const hour = 3_600_000;
  const issuedAt = Date.UTC(2026, 10, 27, 12);
  const expiresAt = issuedAt + 3 * hour;
  const fourHoursSlow = issuedAt - 4 * hour;
  assert.equal(expiryByClock(expiresAt, issuedAt, fourHoursSlow) - fourHoursSlow, 3 * hour);
  assert.equal(expiryByClock(expiresAt, issuedAt, issuedAt + hour), expiresAt);
  assert.equal(expiryByClock(expiresAt, undefined, fourHoursSlow), expiresAt);
});
