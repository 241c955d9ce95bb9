import assert from "node:assert/strict";
import { test } from "node:test";
import { medianPhases, phasesOf } from "./phases.ts";

test("a run's wall time is the sum of its phases", () => {
  const phases = phasesOf({ startedUs: 1_000_000, wallUs: 60_000 }, [
    { at: 1_006, finishedAt: 1_026 },
    { at: 1_028, finishedAt: 1_049 },
  ]);
  assert.deepEqual(phases, { beforeRequests: 6, servers: 41, betweenRequests: 2, afterRequests: 11 });
});

test("a run without recorded requests is an error, not a run without servers", () => {
  assert.throws(() => phasesOf({ startedUs: 0, wallUs: 1 }, [{ at: 5 }]), RangeError);
});

test("each phase has its own median", () => {
  const phases = (n: number) => ({
    beforeRequests: n,
    servers: 10 - n,
    betweenRequests: n,
    afterRequests: n,
  });
  assert.deepEqual(medianPhases([phases(1), phases(5), phases(2)]), phases(2));
});
