import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clouds } from "@imagecred/fake-clouds";
import { run } from "@imagecred/workspace";
import { commandsOf } from "./compare.ts";
import type { Contender } from "./contenders.ts";
import { type Command, measureOnce } from "./measure.ts";
import { AREAS, type Area, areaOf, samplesOf } from "./profile-areas.ts";
import type { Scenario } from "./scenarios.ts";
import { median } from "./statistics.ts";

/** Samples in a second of processor time. More would measure the sampling. */
const FREQUENCY = 5_000;

/** Where the processor time of one run goes. */
export interface Profile {
  readonly title: string;
  /** Median of the runs without the profiler, in milliseconds. */
  readonly cpuMs: number;
  /** Share of the samples, 0 to 1. */
  readonly shares: ReadonlyMap<Area, number>;
}

/**
 * Runs an executable under perf(1), again and again.
 * @param contender with the names of its functions
 */
export async function profile(
  launcher: string,
  scenario: Scenario,
  clouds: Clouds,
  contender: Contender,
  runs: number,
): Promise<Profile> {
  clouds.latency.set(0);
  const [first] = await commandsOf(scenario, clouds, [contender]);
  if (first === undefined) throw new Error("a contender without a command");
  const cpuMs: number[] = [];
  const counts = new Map<Area, number>();
  let samples = 0;
  for (let index = 0; index < runs; index++) {
    cpuMs.push((await measureOnce(launcher, first.command)).cpuUs / 1000);
    for (const stack of await sample(first.command, join(clouds.core.directory, "perf.data"))) {
      const area = areaOf(stack);
      counts.set(area, (counts.get(area) ?? 0) + 1);
      samples++;
    }
    clouds.core.log.clear();
  }
  const shares = new Map(AREAS.map((area) => [area, (counts.get(area) ?? 0) / samples]));
  return { title: scenario.title, cpuMs: median(cpuMs), shares };
}

async function sample({ path, args, env, stdinFile }: Command, data: string) {
  const flags = ["record", "-q", "-e", "cpu-clock", "-F", String(FREQUENCY), "-g", "-o", data];
  const child = spawn("perf", [...flags, "--", path, ...args], { env, stdio: ["pipe", "ignore", "inherit"] });
  child.stdin.end(readFileSync(stdinFile));
  await once(child, "close");
  const printed = run("perf", ["script", "-i", data, "-F", "comm,ip,sym,dso"]);
  rmSync(data);
  return samplesOf(printed);
}

/** The profiles as one Markdown table. perf sees nothing of `exec` and of the end of a process, so there are shares only. */
export function renderProfiles(profiles: readonly Profile[]): string {
  return [
    `| share of the samples | ${profiles.map(({ title }) => title).join(" | ")} |`,
    `| --- | ${profiles.map(() => "---:").join(" | ")} |`,
    ...AREAS.map(
      (area) => `| ${area} | ${profiles.map(({ shares }) => percent(shares.get(area))).join(" | ")} |`,
    ),
    `| CPU ms of a run without perf | ${profiles.map(({ cpuMs }) => cpuMs.toFixed(1)).join(" | ")} |`,
    "",
  ].join("\n");
}

function percent(share = 0): string {
  return `${Math.round(share * 100)} %`;
}
