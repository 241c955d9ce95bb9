import { join } from "node:path";
import type { Counts } from "./counts.ts";
import { type Outcome, simulate } from "./fleet.ts";
import { A_QUARTER, OURS, type Policy, VENDORS, WITHOUT_CACHE, WITHOUT_JITTER } from "./policies.ts";
import { type Route, routeOf } from "./routes.ts";
import { type Scenario, scenarioOf, shortened, sized } from "./scenarios.ts";

/** What `--write` recorded last: `{ seed, rows }`. */
export const RESULTS_FILE = join(import.meta.dirname, "../results.json");

/** Numbers of one service in one simulation. */
export interface ServiceRow {
  readonly name: string;
  readonly requests: number;
  readonly requestsPerHour: number;
  /** 0 to 1, of the requests that did not come in an outage. */
  readonly throttledShare: number;
  /** Requests in the busiest second. */
  readonly peak: number;
}

/** Numbers of one policy in one scenario. Waits in seconds. */
export interface Row {
  readonly scenario: Scenario["id"];
  readonly route: Route["id"];
  readonly policy: string;
  readonly nodes: number;
  readonly runs: number;
  readonly services: readonly ServiceRow[];
  /** From the first need of a credential until there is one. */
  readonly wait: { readonly p50: number; readonly p99: number; readonly max: number };
  /** When the last of them had it (seconds since the start). */
  readonly lastAt: number;
  /** Nodes that were without a credential at the end. */
  readonly unmet: number;
  /** Requests to the first service in the busiest second of each part of `curveSeconds`, from the start on. */
  readonly curve: readonly number[];
  readonly curveSeconds: number;
}

/** A simulation that the page shows. */
export interface Case {
  readonly scenario: Scenario;
  readonly route: Route;
  readonly policy: Policy;
}

/** Whether a policy caches nothing, so that all its hours are the same. */
const cachesNothing = (policy: Policy) =>
  policy.cacheSeconds(1, 0, () => 0) === 0 && policy.cacheSeconds(7.2e6, 0, () => 0) === 0;

/** Every scenario of the page, in its order. @param part of the nodes, 1 for all */
export function cases(part = 1): readonly Case[] {
  const routes: readonly (readonly [Scenario["id"], readonly Route["id"][]])[] = [
    ["boot", ["ecr", "acr", "acr-pod", "gcr-pod"]],
    ["roll", ["ecr-pod", "acr", "gcr-pod"]],
    ["day", ["ecr", "acr", "gcr-pod"]],
    ["outage", ["ecr"]],
  ];
  return routes.flatMap(([scenario, ids]) =>
    ids.flatMap((id) => {
      const route = routeOf(id);
      const sizedOne = sized(scenarioOf(scenario), route, part);
      return policiesFor(scenario, route).map((policy) => ({
        scenario: sizedOne.pulls !== undefined && cachesNothing(policy) ? shortened(sizedOne) : sizedOne,
        route,
        policy,
      }));
    }),
  );
}

/** Jitter and caching affect only the day after a boot, not a node's first credential. */
function policiesFor(scenario: Scenario["id"], { plugin }: Route): readonly Policy[] {
  const vendor = VENDORS[plugin];
  if (scenario !== "day") return [OURS, vendor];
  const jitters = [OURS, A_QUARTER, WITHOUT_JITTER];
  // Google's vendor caches nothing, either.
  return plugin === "acr" ? [...jitters, vendor, WITHOUT_CACHE] : [...jitters, vendor];
}

/** Simulates one case. */
export async function rowOf({ scenario, route, policy }: Case, seed: number): Promise<Row> {
  const outcome = await simulate(route, scenario, policy, seed);
  const { waitsMs, lastMs, unmet, runs, counts } = outcome;
  const at = (share: number) =>
    (waitsMs[Math.min(waitsMs.length - 1, Math.floor(waitsMs.length * share))] ?? 0) / 1000;
  const hours = countedHours(outcome, scenario);
  return {
    scenario: scenario.id,
    route: route.id,
    policy: policy.name,
    nodes: scenario.nodes,
    runs,
    services: route.services.map(({ name }, index) => serviceRow(name, counts[index], hours)),
    wait: { p50: at(0.5), p99: at(0.99), max: at(1) },
    lastAt: lastMs / 1000,
    unmet,
    ...curveOf(counts[0]),
  };
}

function countedHours({ counts }: Outcome, { pulls, countFromMs, untilMs }: Scenario): number {
  const lastMs = pulls === undefined ? (counts[0]?.perSecond().length ?? 0) * 1000 : untilMs;
  return (lastMs - countFromMs) / 3_600_000;
}

function serviceRow(name: string, counts: Counts | undefined, hours: number): ServiceRow {
  const requests = counts?.requests ?? 0;
  return {
    name,
    requests,
    requestsPerHour: hours > 0 ? Math.round(requests / hours) : 0,
    throttledShare: counts?.throttledShare ?? 0,
    peak: counts?.peak ?? 0,
  };
}

/** Points of a curve in the picture. */
const POINTS = 240;

function curveOf(counts: Counts | undefined): Pick<Row, "curve" | "curveSeconds"> {
  const seconds = counts?.perSecond() ?? [];
  const curveSeconds = Math.max(1, Math.ceil(seconds.length / POINTS));
  const curve: number[] = [];
  for (let start = 0; start < seconds.length; start += curveSeconds) {
    // The busiest second of the part: an average would hide requests above a limit per second.
    curve.push(Math.max(...seconds.slice(start, start + curveSeconds)));
  }
  return { curve, curveSeconds };
}
