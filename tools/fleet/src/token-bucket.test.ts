import assert from "node:assert/strict";
import { test } from "node:test";
import { TokenBucket } from "./token-bucket.ts";

test("a burst, then the rate, and never more than the burst after a quiet time", () => {
  const bucket = new TokenBucket({ perSecond: 10, burst: 3 });
  const accepted = (now: number, tries: number) =>
    Array.from({ length: tries }, () => bucket.take(now)).filter(Boolean).length;
  assert.equal(accepted(0, 5), 3);
  assert.equal(accepted(99, 5), 0);
  assert.equal(accepted(200, 5), 2);
  assert.equal(accepted(60_000, 50), 3);
});
