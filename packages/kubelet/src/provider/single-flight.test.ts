import assert from "node:assert/strict";
import { test } from "node:test";
import { SingleFlight } from "./single-flight.ts";

test("concurrent calls with the same key share one run, a later call starts another", async () => {
  const flight = new SingleFlight<number>();
  let runs = 0;
  let finish: (value: number) => void = () => {};
  const work = () => {
    runs++;
    return new Promise<number>((resolve) => {
      finish = resolve;
    });
  };
  const first = flight.do("a", work);
  const second = flight.do("a", work);
  finish(1);
  assert.deepEqual(await Promise.all([first, second]), [
    { value: 1, shared: false },
    { value: 1, shared: true },
  ]);
  const third = flight.do("a", work);
  finish(2);
  assert.deepEqual(await third, { value: 2, shared: false });
  assert.equal(runs, 2);
});

test("a failure is thrown to all callers that waited, and is not cached", async () => {
  const flight = new SingleFlight<number>();
  const failing = () => Promise.reject(new Error("no"));
  const both = await Promise.allSettled([flight.do("a", failing), flight.do("a", failing)]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.deepEqual(await flight.do("a", async () => 1), { value: 1, shared: false });
});
