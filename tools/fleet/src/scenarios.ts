import { between, type Random } from "./random.ts";
import type { Route } from "./routes.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** When a node that has its images pulls again (milliseconds since the start). */
export type Pulls = (cachedUntilMs: number, random: Random) => number;

/** The events in a fleet. Times in milliseconds since the start. */
export interface Scenario {
  readonly id: "boot" | "roll" | "day" | "outage";
  readonly name: string;
  readonly about: string;
  readonly nodes: number;
  /** When a node starts to pull. */
  readonly bootAt: (node: number, nodes: number, random: Random) => number;
  /** Images of the registry that a node pulls when it boots, each for another pod. */
  readonly imagesAtBoot: number;
  /** Pulls after the boot; without it a node is done once it has a credential. */
  readonly pulls?: Pulls;
  /** Earlier requests are not counted. */
  readonly countFromMs: number;
  /** The end, for a fleet that goes on pulling. */
  readonly untilMs: number;
  /** All services fail with status 503 between the two. */
  readonly outage?: { readonly fromMs: number; readonly toMs: number };
}

/** The pods of a node start within this time after its boot (milliseconds). */
export const PODS_START_WITHIN_MS = 5 * SECOND;

/** A fleet that boots at the same time: an autoscaler's burst, or a region whose power is back. */
const BOOT: Scenario = {
  id: "boot",
  name: "boot together",
  about: "all nodes boot within three minutes, each with three images to pull for three pods",
  nodes: 100_000,
  bootAt: (_node, _nodes, random) => between(0, 3 * MINUTE, random),
  imagesAtBoot: 3,
  countFromMs: 0,
  untilMs: 6 * HOUR,
};

const ROLL: Scenario = {
  ...BOOT,
  id: "roll",
  name: "rolling update",
  about: "1 % of the nodes is replaced every two minutes; the nodes of a wave boot within 20 seconds",
  bootAt: (node, nodes, random) =>
    Math.floor((node * 100) / nodes) * 2 * MINUTE + between(0, 20 * SECOND, random),
};

/** A pod on every node at each full five minutes: as with a CronJob or a DaemonSet's check. The pods start within 10 seconds. */
const everyFiveMinutes: Pulls = (cachedUntilMs, random) =>
  Math.floor(cachedUntilMs / (5 * MINUTE) + 1) * 5 * MINUTE + between(0, 10 * SECOND, random);

const DAY: Scenario = {
  id: "day",
  name: "the day after",
  about:
    "nodes boot within a minute; every five minutes each node starts a pod whose image is always pulled; counted from the second hour to the end of the day",
  nodes: 20_000,
  bootAt: (_node, _nodes, random) => between(0, MINUTE, random),
  imagesAtBoot: 1,
  pulls: everyFiveMinutes,
  countFromMs: HOUR,
  untilMs: 24 * HOUR,
};

const OUTAGE: Scenario = {
  ...BOOT,
  id: "outage",
  name: "boot in an outage",
  about: "nodes boot within three minutes while the cloud fails with status 503 for ten minutes",
  nodes: 1_000,
  outage: { fromMs: 0, toMs: 10 * MINUTE },
};

/** In the order of the page. */
export const SCENARIOS: readonly Scenario[] = [BOOT, ROLL, DAY, OUTAGE];

/** The scenario with this id. */
export function scenarioOf(id: Scenario["id"]): Scenario {
  const scenario = SCENARIOS.find((candidate) => candidate.id === id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  return scenario;
}

/** A scenario with as many nodes as the route's limits allow, or a part of them for a quick look. */
export function sized(scenario: Scenario, { share }: Pick<Route, "share">, part = 1): Scenario {
  return { ...scenario, nodes: Math.max(1, Math.round(scenario.nodes * share * part)) };
}

/** The same day, without what follows the third hour: for a policy whose requests are the same every hour, and many. */
export function shortened(scenario: Scenario): Scenario {
  return { ...scenario, untilMs: Math.min(scenario.untilMs, 3 * HOUR) };
}
