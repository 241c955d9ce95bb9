import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { captureLogger } from "../testing/capture-logger.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { Deadline } from "./deadline.ts";
import { retry, retryAfterMs } from "./retry.ts";

function runtime(totalMs = 20_000, random = 0.5) {
  const clock = new ManualClock();
  return { clock, deadline: new Deadline(totalMs, clock), random: () => random, log: captureLogger().log };
}

describe("retry", () => {
  test("returns the first good outcome", async () => {
    const platform = runtime();
    let calls = 0;
    const value = await retry(
      async () => ++calls,
      { retryIf: (o) => (o.ok && o.value < 3 ? { reason: "not yet" } : undefined) },
      platform,
    );
    assert.equal(value, 3);
    assert.deepEqual(platform.clock.sleeps, [75, 150]);
  });

  test("gives up after four attempts with the last outcome, a response or an error", async () => {
    const always = { retryIf: () => ({ reason: "always" }) };
    let calls = 0;
    assert.equal(await retry(async () => ++calls, always, runtime()), 4);
    await assert.rejects(
      retry(async () => Promise.reject(new Error(`failure ${++calls}`)), always, runtime()),
      /failure 8/,
    );
  });

  test("waits as long as the server asks", async () => {
    const platform = runtime();
    await retry(async () => 0, { attempts: 2, retryIf: () => ({ reason: "429", afterMs: 3_000 }) }, platform);
    assert.deepEqual(platform.clock.sleeps, [3_000]);
  });

  test("does not start a wait that would pass the deadline", async () => {
    const platform = runtime(2_000);
    let calls = 0;
    await retry(async () => ++calls, { retryIf: () => ({ reason: "429", afterMs: 2_000 }) }, platform);
    assert.equal(calls, 1);
    assert.deepEqual(platform.clock.sleeps, []);
  });

  test("a change of the system's time, forwards or backwards, does not move the deadline", async () => {
    for (const jump of [3_600_000, -3_600_000]) {
      const platform = runtime(2_000);
      platform.clock.jump(jump);
      assert.equal(platform.deadline.remainingMs(), 2_000);
      let calls = 0;
      const retryIf = () => ({ reason: "busy" });
      assert.equal(await retry(async () => ++calls, { retryIf }, platform), 4);
      platform.clock.advance(1_500);
      assert.ok(platform.deadline.remainingMs() < 500);
    }
  });

  test("spreads clients: between half and all of the backoff", async () => {
    for (const [random, expected] of [
      [0, 50],
      [1, 100],
    ] as const) {
      const platform = runtime(20_000, random);
      await retry(async () => 0, { attempts: 2, retryIf: () => ({ reason: "x" }) }, platform);
      assert.deepEqual(platform.clock.sleeps, [expected]);
    }
  });
});

describe("retryAfterMs", () => {
  test("parses only seconds and dates", () => {
    const now = Date.UTC(2030, 0, 1);
    assert.equal(retryAfterMs("7", now), 7_000);
    assert.equal(retryAfterMs("Tue, 01 Jan 2030 00:00:05 GMT", now), 5_000);
    assert.equal(retryAfterMs("Mon, 31 Dec 2029 00:00:00 GMT", now), 0);
    for (const nonsense of [undefined, "", "soon"]) assert.equal(retryAfterMs(nonsense, now), undefined);
  });
});
