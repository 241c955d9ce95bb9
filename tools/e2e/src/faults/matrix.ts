import type { Fault, Plugin } from "@imagecred/fake-clouds";
import { RUNTIMES } from "@imagecred/workspace";
import { PATIENCE, tryBoth } from "../agreement/agreement.ts";
import { baseNames } from "../agreement/bases.ts";
import type { Outcome } from "../agreement/outcome.ts";
import { PLUGINS, Place } from "../agreement/place.ts";
import { randomFrom } from "../agreement/random.ts";
import type { CallName, Trial } from "../agreement/trial.ts";
import { kubeletRequest } from "../request.ts";
import { GROUPS, type Group, type NamedFault } from "./groups.ts";
import { ROUTES } from "./routes.ts";
import { mergeRows, type Row } from "./rows.ts";

/** Time limits of a run in seconds: long enough for every retry, short where a run can only wait for the limit. */
const LIMIT_SECONDS = { retries: 3, silence: 1 };

/**
 * All identities share the code of a call. Only the first identity that makes the call gets every fault; the others get one
 * fault in this many, which is enough to check that every path reports faults in the same way.
 */
const OTHERS_GET_ONE_IN = 20;

/** A fault whose expectations failed. */
export interface Broken {
  readonly what: string;
  readonly problem: string;
}

/** The faults to run. */
export interface Selection {
  readonly seed: string;
  /** Part of the whole matrix, 0 < share <= 1: every call gets this part of each group's faults. */
  readonly share: number;
  /** Only every n-th of these faults, from the k-th on (0 <= k < n): what one of several processes runs. Default: all. */
  readonly part?: { readonly k: number; readonly n: number };
  /** Number of concurrent runs. */
  readonly lanes: number;
  /** Names; default: all. */
  readonly groups?: readonly string[];
  readonly plugins?: readonly string[];
  /** Text that the name of a turn must contain. */
  readonly only?: string;
  readonly tell?: (line: string) => void;
}

/** A fault to inject into a call. */
interface Turn {
  readonly plugin: Plugin;
  readonly base: string;
  readonly call: CallName;
  readonly group: Group;
  readonly fault: NamedFault;
}

/** Fake clouds with a clock that can be set. */
interface Stage extends AsyncDisposable {
  readonly place: Place;
  setClock(aheadMs: number): void;
}

async function openStage(): Promise<Stage> {
  let ahead = 0;
  const place = await Place.open(() => Date.now() + ahead);
  return {
    place,
    setClock: (aheadMs) => {
      ahead = aheadMs;
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

/**
 * Injects faults into calls, with both runtimes. A case that fails while others run is run again alone, with longer time
 * limits: on a busy machine, an exceeded time limit proves nothing.
 */
export async function playMatrix({
  seed,
  share,
  part: { k, n } = { k: 0, n: 1 },
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
  const all: Turn[] = [];
  {
    await using stage = await openStage();
    const known = new Set<string>();
    for (const { plugin, base } of jobs) {
      const random = randomFrom(`${seed} ${plugin} ${base}`);
      for (const call of unique(await stage.place.callsOf(await stage.place.baseNamed(plugin, base)))) {
        const key = `${plugin} ${call.service} ${call.operation}`;
        const part = known.has(key) ? share / OTHERS_GET_ONE_IN : share;
        known.add(key);
        const ofCall = chosen.flatMap((group) =>
          group.faults.map((fault) => ({ plugin, base, call, group, fault })),
        );
        all.push(...ofCall.filter((turn) => nameOf(turn).includes(only) && random.chance(part)));
      }
    }
  }
  const turns = all.filter((_, index) => index % n === k);
  const rows: Row[] = [];
  const suspects: Turn[] = [];
  const total = turns.length;
  let done = 0;
  const work = async () => {
    await using stage = await openStage();
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
      const problem = await play(stage, turn, HASTE, rows);
      if (problem !== undefined) {
        suspects.push(turn);
        tell(`to be played again: ${nameOf(turn)}\n  ${problem}`);
      }
      if (++done % 500 === 0) tell(`${done} of ${total} faults, ${suspects.length} to be played again`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, total) }, work));
  const broken: Broken[] = [];
  tell(`${suspects.length} of ${total} faults are played again, alone`);
  await using stage = await openStage();
  for (const turn of suspects) {
    let problem: string | undefined;
    for (let again = 0; again < REPLAYS; again++) {
      problem = await play(stage, turn, PATIENCE, rows);
      if (problem === undefined) break;
    }
    if (problem === undefined) continue;
    broken.push({ what: nameOf(turn), problem });
    tell(`did not hold: ${nameOf(turn)}\n  ${problem}`);
  }
  return { rows: mergeRows(rows), broken };
}

/** Each with the longest time limits. */
const REPLAYS = 2;

/** For the first try, while others run. */
const HASTE = [1, 4];

function nameOf({ plugin, base, call, fault }: Turn): string {
  return `${plugin}, ${base}: ${call.service} ${call.operation}: ${fault.what}`;
}

function unique(calls: readonly CallName[]): CallName[] {
  return [...new Map(calls.map((call) => [`${call.service} ${call.operation}`, call])).values()];
}

/** The trial for a turn. */
async function trialOf(stage: Stage, turn: Turn): Promise<Trial> {
  const { place, setClock } = stage;
  const { call, fault } = turn;
  setClock(0);
  const base = await place.baseNamed(turn.plugin, turn.base);
  const trial = {
    ...base,
    what: nameOf(turn),
    stdin: kubeletRequest(base.image, base.request),
    limitSeconds: LIMIT_SECONDS[isSilent(fault) ? "silence" : "retries"],
  };
  switch (fault.on) {
    case "route":
      return await withRoute(place, trial, call, fault.address);
    case "clock": {
      if (fault.from === "start") return { ...trial, before: () => setClock(fault.aheadMs) };
      const { service, operation } = call;
      const jump: Fault = {
        kind: "bytes",
        when: "request",
        end: "close",
        pieces: (real) => {
          setClock(fault.aheadMs);
          return [framedResponse(real.status, real.headers, Buffer.from(real.body ?? ""))];
        },
      };
      return { ...trial, before: () => setClock(0), faults: [{ service, operation, times: 1, fault: jump }] };
    }
    case "proxy":
      return { ...trial, faults: [{ service: "proxy", operation: "CONNECT", fault: fault.fault }] };
    case "service":
      return { ...trial, faults: [{ service: call.service, fault: fault.fault }] };
    case "call":
      return {
        ...trial,
        faults: [{ service: call.service, operation: call.operation, fault: fault.fault }],
      };
  }
}

/** The service's own response, byte by byte. */
function framedResponse(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  bytes: Buffer,
): Buffer {
  const lines = Object.entries({ ...headers, "content-length": String(bytes.length), connection: "close" });
  const head = `HTTP/1.1 ${status} Reason\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), bytes]);
}

/** Gives the call's host another address: in the variable that names it, or in the executable's /etc/hosts. */
async function withRoute(place: Place, trial: Trial, { host }: CallName, address: string): Promise<Trial> {
  const [name = "", port = ""] = host.split(":");
  const literal = address.includes(":") ? `[${address}]` : address;
  if (name === "127.0.0.1") {
    const env = Object.entries(trial.env).map(([key, value]) => [
      key,
      value.replaceAll(host, `${literal}:${port}`),
    ]);
    return { ...trial, env: Object.fromEntries(env) };
  }
  const hosts = await place.file(`127.0.0.1 localhost\n${address} ${name}\n`);
  return {
    ...trial,
    env: { ...trial.env, NO_PROXY: name },
    through: `exec unshare --mount /bin/sh -c 'mount --bind ${hosts} /etc/hosts && exec "$@"' sh "$@"`,
  };
}

function isSilent(fault: NamedFault): boolean {
  if (fault.on === "route") return fault.address === ROUTES["packets that vanish"];
  if (fault.on === "clock") return false;
  return fault.fault.kind === "hang" || (fault.fault.kind === "bytes" && fault.fault.end === "hang");
}

/** Injects one fault with both runtimes. @returns the expectations that failed */
async function play(
  stage: Stage,
  turn: Turn,
  patience: readonly number[],
  rows: Row[],
): Promise<string | undefined> {
  const { problem, outcomes } = await tryBoth(stage.place, await trialOf(stage, turn), patience);
  if (problem !== undefined) {
    const told = ({ exit, requests, stderr }: Outcome) => `exit ${exit}, ${requests}: ${stderr.trim()}`;
    return `${problem}\n  static: ${told(outcomes.static)}\n  nodejs: ${told(outcomes.nodejs)}`;
  }
  for (const runtime of RUNTIMES) {
    const { exit, requests, overrunMs = 0 } = outcomes[runtime];
    const gotCredential = exit === "0";
    const counts = Array.from(requests.matchAll(/ x(\d+)/g), ([, count]) => Number(count));
    rows.push({
      plugin: turn.plugin,
      group: turn.group.name,
      runs: 1,
      credentials: gotCredential ? 1 : 0,
      refusals: gotCredential ? 0 : 1,
      mostRequests: Math.max(0, ...counts),
      latestMs: Math.max(0, Math.round(overrunMs)),
    });
  }
  return undefined;
}
