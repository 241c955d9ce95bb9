import { availableParallelism } from "node:os";
import type { Plugin } from "@imagecred/fake-clouds";
import { RUNTIMES } from "@imagecred/workspace";
import { tryBoth } from "../agreement/agreement.ts";
import { baseNames } from "../agreement/bases.ts";
import { PLUGINS, Place } from "../agreement/place.ts";
import { randomFrom } from "../agreement/random.ts";
import type { Base, CallName } from "../agreement/trial.ts";
import { kubeletRequest } from "../request.ts";
import { GROUPS, type Group, type NamedFault } from "./groups.ts";

/** Seconds that a run has: enough for every retry. */
const LIMIT_SECONDS = 3;

/** What came of the faults of one group on one plugin. */
export interface Row {
  readonly plugin: Plugin;
  readonly group: string;
  runs: number;
  /** Runs that gave a credential in spite of the fault. */
  credentials: number;
  /** Runs that failed with their line. */
  refusals: number;
  /** Most requests of one call, for any fault. */
  mostRequests: number;
  /** Longest time after the limit at which a run ended, in milliseconds. */
  latestMs: number;
}

/** A fault that did not hold. */
export interface Broken {
  readonly what: string;
  readonly problem: string;
}

/** @param share of the whole matrix, 0 < share <= 1: every call of every identity gets this part of each group's faults */
export async function playMatrix(
  seed: string,
  share: number,
  tell: (line: string) => void = () => {},
): Promise<{ readonly rows: readonly Row[]; readonly broken: readonly Broken[] }> {
  const rows = new Map<string, Row>();
  const broken: Broken[] = [];
  const jobs = PLUGINS.flatMap((plugin) => baseNames(plugin).map((base) => ({ plugin, base })));
  let done = 0;
  const total = jobs.length;
  const work = async () => {
    await using place = await Place.open();
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const random = randomFrom(`${seed} ${job.plugin} ${job.base}`);
      const base = await place.baseNamed(job.plugin, job.base);
      for (const call of unique(await place.callsOf(base))) {
        for (const group of GROUPS) {
          for (const fault of group.faults) {
            if (random.chance(share)) await play(place, base, call, group, fault, rows, broken);
          }
        }
      }
      tell(`${++done} of ${total} identities: ${job.plugin}, ${job.base}`);
    }
  };
  await Promise.all(Array.from({ length: 2 * availableParallelism() }, work));
  const order = (row: Row) =>
    GROUPS.findIndex(({ name }) => name === row.group) * 10 + PLUGINS.indexOf(row.plugin);
  return { rows: [...rows.values()].toSorted((a, b) => order(a) - order(b)), broken };
}

function unique(calls: readonly CallName[]): CallName[] {
  return [...new Map(calls.map((call) => [`${call.service} ${call.operation}`, call])).values()];
}

async function play(
  place: Place,
  base: Base,
  { service, operation }: CallName,
  group: Group,
  { what, fault, on }: NamedFault,
  rows: Map<string, Row>,
  broken: Broken[],
): Promise<void> {
  const rule =
    on === "proxy"
      ? { service: "proxy", operation: "CONNECT", fault }
      : { service, ...(on === "call" ? { operation } : {}), fault };
  const name = `${base.plugin}, ${base.what}: ${service} ${operation}: ${what}`;
  const { problem, outcomes } = await tryBoth(place, {
    ...base,
    what: name,
    stdin: kubeletRequest(base.image, base.request),
    limitSeconds: LIMIT_SECONDS,
    faults: [rule],
  });
  if (problem !== undefined) {
    const { static: a, nodejs: b } = outcomes;
    broken.push({
      what: name,
      problem: `${problem}\n  static: ${a.stderr.trim()}\n  nodejs: ${b.stderr.trim()}`,
    });
  }
  const key = `${group.name} ${base.plugin}`;
  const row = rows.get(key) ?? {
    plugin: base.plugin,
    group: group.name,
    runs: 0,
    credentials: 0,
    refusals: 0,
    mostRequests: 0,
    latestMs: 0,
  };
  rows.set(key, row);
  for (const runtime of RUNTIMES) {
    const { exit, requests, overrunMs = 0 } = outcomes[runtime];
    row.runs++;
    if (exit === "0") row.credentials++;
    else row.refusals++;
    const counts = Array.from(requests.matchAll(/ x(\d+)/g), ([, count]) => Number(count));
    row.mostRequests = Math.max(row.mostRequests, ...counts);
    row.latestMs = Math.max(row.latestMs, Math.round(overrunMs));
  }
}
