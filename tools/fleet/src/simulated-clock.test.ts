import assert from "node:assert/strict";
import { test } from "node:test";
import { SimulatedClock } from "./simulated-clock.ts";

test("sleeps end in the order of time; within a millisecond, in the order in which they began", async () => {
  const clock = new SimulatedClock();
  const seen: string[] = [];
  const sleeper = async (name: string, ...naps: readonly number[]) => {
    for (const nap of naps) {
      await clock.sleep(nap);
      seen.push(`${name} ${clock.elapsed()}`);
    }
  };
  void sleeper("a", 30, 5);
  void sleeper("b", 10, 20, 5);
  void sleeper("c", 7.2);
  await clock.run();
  assert.deepEqual(seen, ["c 8", "b 10", "a 30", "b 30", "a 35", "b 35"]);
});

test("hours pass in no time, up to the end", async () => {
  const clock = new SimulatedClock();
  let laps = 0;
  const runner = async () => {
    for (;;) {
      await clock.sleep(3_600_000);
      laps++;
    }
  };
  void runner();
  await clock.run(24 * 3_600_000);
  assert.equal(laps, 24);
  assert.equal(clock.now() % 86_400_000, 0);
});
