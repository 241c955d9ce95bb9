import type { Fault, Plugin } from "@imagecred/fake-clouds";
import { RUNTIMES } from "@imagecred/workspace";
import { tryBoth } from "../agreement/agreement.ts";
import { baseNames } from "../agreement/bases.ts";
import type { Outcome } from "../agreement/outcome.ts";
import { PLUGINS, Place } from "../agreement/place.ts";
import { randomFrom } from "../agreement/random.ts";
import type { Base, CallName } from "../agreement/trial.ts";
import { kubeletRequest } from "../request.ts";
import { GROUPS, type Group, type NamedFault } from "./groups.ts";

/** Seconds that a run has: enough for every retry, and little where there is nothing to wait for but the limit. */
const LIMIT_SECONDS = { retries: 3, silence: 1 };

/**
 * A call is the same code whichever identity makes it. The first identity that makes it gets every fault on it, the others one
 * in so many: enough to see that a fault is told in the same way on every path.
 */
const OTHERS_GET_ONE_IN = 20;

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

/** What to play. */
export interface Selection {
  readonly seed: string;
  /** Of the whole matrix, 0 < share <= 1: every call gets this part of each group's faults. */
  readonly share: number;
  /** How many runs at once. */
  readonly lanes: number;
  /** Names; default: all. */
  readonly groups?: readonly string[];
  readonly plugins?: readonly string[];
  /** A text in what a turn is called. */
  readonly only?: string;
  readonly tell?: (line: string) => void;
}

/** A fault on a call, to be played. */
interface Turn {
  readonly base: Base;
  readonly call: CallName;
  readonly group: Group;
  readonly fault: NamedFault;
}

/**
 * Plays faults on calls, with both runtimes. What did not hold beside other runs is played once more alone: a time limit on a
 * busy machine shows nothing.
 */
export async function playMatrix({
  seed,
  share,
  lanes,
  groups,
  plugins,
  only = "",
  tell = () => {},
}: Selection): Promise<{ readonly rows: readonly Row[]; readonly broken: readonly Broken[] }> {
  const chosen = GROUPS.filter(({ name }) => groups?.includes(name) ?? true);
  const jobs = PLUGINS.filter((plugin) => plugins?.includes(plugin) ?? true).flatMap((plugin) =>
    baseNames(plugin).map((base) => ({ plugin, base })),
  );
  const rows = new Map<string, Row>();
  const suspects: { readonly job: (typeof jobs)[number]; readonly turn: Turn }[] = [];
  const total = jobs.length;
  const known = new Set<string>();
  let done = 0;
  const work = async () => {
    await using place = await Place.open();
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const random = randomFrom(`${seed} ${job.plugin} ${job.base}`);
      const base = await place.baseNamed(job.plugin, job.base);
      for (const call of unique(await place.callsOf(base))) {
        const key = `${job.plugin} ${call.service} ${call.operation}`;
        const part = known.has(key) ? share / OTHERS_GET_ONE_IN : share;
        known.add(key);
        for (const group of chosen) {
          for (const fault of group.faults) {
            const turn = { base, call, group, fault };
            if (!nameOf(turn).includes(only) || !random.chance(part)) continue;
            const problem = await play(place, turn, rows);
            if (problem === undefined) continue;
            suspects.push({ job, turn });
            tell(`suspect: ${nameOf(turn)}\n  ${problem}`);
          }
        }
      }
      tell(`${++done} of ${total} identities: ${job.plugin}, ${job.base}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  const broken: Broken[] = [];
  await using place = await Place.open();
  for (const { job, turn } of suspects) {
    const base = await place.baseNamed(job.plugin, job.base);
    const problem = await play(place, { ...turn, base }, new Map());
    if (problem === undefined) continue;
    broken.push({ what: nameOf(turn), problem });
    tell(`broken: ${nameOf(turn)}\n  ${problem}`);
  }
  const order = (row: Row) =>
    GROUPS.findIndex(({ name }) => name === row.group) * 10 + PLUGINS.indexOf(row.plugin);
  return { rows: [...rows.values()].toSorted((a, b) => order(a) - order(b)), broken };
}

function nameOf({ base, call, fault }: Turn): string {
  return `${base.plugin}, ${base.what}: ${call.service} ${call.operation}: ${fault.what}`;
}

function endsInSilence(fault: Fault): boolean {
  return fault.kind === "hang" || (fault.kind === "bytes" && fault.end === "hang");
}

function unique(calls: readonly CallName[]): CallName[] {
  return [...new Map(calls.map((call) => [`${call.service} ${call.operation}`, call])).values()];
}

/** Plays one fault with both runtimes. @returns what did not hold */
async function play(place: Place, turn: Turn, rows: Map<string, Row>): Promise<string | undefined> {
  const { base, call, group } = turn;
  const { fault, on } = turn.fault;
  const { service, operation } = call;
  const rule =
    on === "proxy"
      ? { service: "proxy", operation: "CONNECT", fault }
      : { service, ...(on === "call" ? { operation } : {}), fault };
  const { problem, outcomes } = await tryBoth(place, {
    ...base,
    what: nameOf(turn),
    stdin: kubeletRequest(base.image, base.request),
    limitSeconds: endsInSilence(fault) ? LIMIT_SECONDS.silence : LIMIT_SECONDS.retries,
    faults: [rule],
  });
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
  if (problem === undefined) return undefined;
  const told = ({ exit, requests, stderr }: Outcome) => `exit ${exit}, ${requests}: ${stderr.trim()}`;
  return `${problem}\n  static: ${told(outcomes.static)}\n  nodejs: ${told(outcomes.nodejs)}`;
}
