import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { simulate } from "./fleet.ts";
import { A_QUARTER, OURS, VENDORS, WITHOUT_CACHE, WITHOUT_JITTER } from "./policies.ts";
import { ROUTES, type Route, routeOf } from "./routes.ts";
import { type Scenario, scenarioOf } from "./scenarios.ts";

const SEED = 20261127;

/** A small fleet with proportionally smaller limits. */
function small(id: Route["id"], part: number): Route {
  const route = routeOf(id);
  const services = route.services.map((service) => {
    const { perSecond, burst } = service.limit;
    return {
      ...service,
      limit: { ...service.limit, perSecond: perSecond * part, burst: Math.max(1, burst * part) },
    };
  });
  return { ...route, services };
}

function fleetOf(id: Scenario["id"], nodes: number, untilMs = Number.POSITIVE_INFINITY): Scenario {
  const scenario = scenarioOf(id);
  return { ...scenario, nodes, untilMs: Math.min(untilMs, scenario.untilMs) };
}

const EIGHT_HOURS = 8 * 3_600_000;

test("the same seed gives the same numbers, another seed different ones", async () => {
  const run = async (seed: number) => {
    const { counts, waitsMs, runs } = await simulate(small("ecr", 0.001), fleetOf("boot", 100), OURS, seed);
    return { total: counts.map(({ total }) => total), waits: [...waitsMs], runs };
  };
  const first = await run(SEED);
  assert.deepEqual(await run(SEED), first);
  assert.notDeepEqual(await run(SEED + 1), first);
});

describe("nodes that booted together", () => {
  const day = (policy: typeof OURS) =>
    simulate(small("ecr", 0.01), fleetOf("day", 200, EIGHT_HOURS), policy, SEED);

  test("do not come back together: nothing is throttled", async () => {
    const { counts, unmet } = await day(OURS);
    assert.equal(counts[0]?.total.throttled, 0);
    assert.equal(unmet, 0);
  });

  test("come back together without jitter, and are throttled", async () => {
    for (const policy of [WITHOUT_JITTER, VENDORS.ecr]) {
      const { counts } = await day(policy);
      assert.ok((counts[0]?.throttledShare ?? 0) > 0.2, policy.name);
    }
  });

  test("come back more in a second than with a quarter of jitter", async () => {
    const busiest = async (policy: typeof OURS) => {
      const { counts } = await simulate(routeOf("acr"), fleetOf("day", 300, EIGHT_HOURS), policy, SEED);
      const seconds = counts[0]?.perSecond() ?? [];
      // All pods of a full five minutes start within ten seconds.
      const ticks = Array.from({ length: Math.ceil(seconds.length / 300) }, (_, tick) =>
        seconds.slice(tick * 300, tick * 300 + 300).reduce((sum, count) => sum + count, 0),
      );
      return Math.max(...ticks);
    };
    const [ours, quarter] = [await busiest(OURS), await busiest(A_QUARTER)];
    assert.ok(ours > 1.6 * quarter, `${ours} and ${quarter}`);
  });

  test("send ten times as many requests when nothing is cached", async () => {
    const scenario = fleetOf("day", 20, EIGHT_HOURS);
    const requests = async (policy: typeof OURS) =>
      (await simulate(routeOf("acr"), scenario, policy, SEED)).runs;
    assert.ok((await requests(WITHOUT_CACHE)) > 10 * (await requests(OURS)));
  });
});

describe("a fleet that boots beyond the limit", () => {
  for (const { id, share } of ROUTES) {
    test(`${id}: every node gets its credential, at the rate that the limit allows`, async () => {
      const [part, nodes] = [0.002, 200 * share];
      const route = small(id, part);
      const { counts, unmet, waitsMs, lastMs } = await simulate(route, fleetOf("boot", nodes), OURS, SEED);
      assert.equal(unmet, 0);
      assert.equal(waitsMs.length, nodes);
      for (const [index, { limit }] of route.services.entries()) {
        const { accepted } = counts[index]?.total ?? assert.fail();
        assert.ok(accepted >= nodes);
        assert.ok(accepted <= limit.burst + (limit.perSecond * (lastMs + 60_000)) / 1000 + 1);
      }
    });
  }

  test("an outage: no node has a credential before its end, and all have one soon after", async () => {
    const scenario = fleetOf("outage", 30);
    const end = scenario.outage?.toMs ?? assert.fail();
    const { counts, unmet, lastMs, waitsMs } = await simulate(routeOf("ecr"), scenario, OURS, SEED);
    assert.equal(unmet, 0);
    assert.ok((counts[0]?.total.failed ?? 0) > 300);
    assert.ok(lastMs > end && lastMs < end + 60_000, `${lastMs}`);
    assert.ok((waitsMs[0] ?? 0) > end - 3 * 60_000);
  });
});
