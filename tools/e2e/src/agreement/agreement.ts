import { rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Clouds, type Plugin, startClouds } from "@imagecred/fake-clouds";
import { executable, RUNTIMES, type Runtime } from "@imagecred/workspace";
import { kubeletRequest } from "../request.ts";
import { runPlugin } from "../run-plugin.ts";
import { baseNames, makeBase } from "./bases.ts";
import { FAMILIES } from "./families/index.ts";
import { defectOf, differences, type Outcome, outcomeOf } from "./outcome.ts";
import { type Random, randomFrom } from "./random.ts";
import type { Base, CallName, Family, Lane, Trial } from "./trial.ts";

/** What to try. */
export interface Sample {
  readonly seed: string;
  readonly count: number;
  /** Only these families. */
  readonly families?: readonly string[];
  /** Only this one of the sample, by its number. */
  readonly only?: number;
}

/** A trial on which the runtimes differ, or that shows a defect of one. */
export interface Finding {
  /** Number in the sample. */
  readonly number: number;
  readonly family: string;
  readonly plugin: Plugin;
  readonly what: string;
  readonly problem: string;
  readonly outcomes: Readonly<Record<Runtime, Outcome>>;
}

const PLUGINS: readonly Plugin[] = ["ecr", "acr", "gcr"];

/** Processes mostly wait: for time limits, and for each other. */
const LANES = 2 * availableParallelism();

/**
 * Makes every trial of a sample with both runtimes of the plugin.
 * @returns how many of each family there were, and what was found
 * @throws where an executable is missing
 */
export async function compareRuntimes(
  sample: Sample,
): Promise<{ readonly tried: ReadonlyMap<string, number>; readonly findings: readonly Finding[] }> {
  const families = FAMILIES.filter(({ name }) => sample.families?.includes(name) ?? true);
  const numbers =
    sample.only === undefined ? Array.from({ length: sample.count }, (_, index) => index) : [sample.only];
  const tried = new Map<string, number>();
  const findings: Finding[] = [];
  const work = async () => {
    await using place = await Place.open();
    for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
      const random = randomFrom(`${sample.seed}:${number}`);
      const family = chosen(families, random);
      tried.set(family.name, (tried.get(family.name) ?? 0) + 1);
      findings.push(...(await tryOne(place, family, random, number)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, numbers.length) }, work));
  return { tried, findings: findings.toSorted((a, b) => a.number - b.number) };
}

function chosen(families: readonly Family[], random: Random): Family {
  const weighted = families.flatMap((family) => Array.from({ length: family.weight }, () => family));
  return random.pick(weighted);
}

async function tryOne(
  place: Place,
  family: Family,
  random: Random,
  number: number,
): Promise<readonly Finding[]> {
  const trial = await family.make(place.laneFor(random));
  let finding: Finding | undefined;
  for (const patience of PATIENCE) {
    const outcomes = {} as Record<Runtime, Outcome>;
    for (const runtime of RUNTIMES) outcomes[runtime] = await place.run(trial, runtime, patience);
    const { plugin, what } = trial;
    const problem = problemOf(outcomes, nameOf(plugin));
    finding =
      problem === undefined ? undefined : { number, family: family.name, plugin, what, problem, outcomes };
    if (finding === undefined) break;
  }
  await place.tidy();
  return finding === undefined ? [] : [finding];
}

/**
 * Time limits are multiplied by these, one after the other, until the runtimes agree: on a busy machine a limit may strike
 * in one of two runs.
 */
const PATIENCE = [1, 4, 4, 8];

function problemOf(outcomes: Readonly<Record<Runtime, Outcome>>, name: string): string | undefined {
  const defects = RUNTIMES.flatMap((runtime) => {
    const defect = defectOf(outcomes[runtime], name);
    return defect === undefined ? [] : [`${runtime}: ${defect}`];
  });
  const different = differences(outcomes.static, outcomes.nodejs);
  const all = [...defects, ...(different.length === 0 ? [] : [`they differ in ${different.join(", ")}`])];
  return all.length === 0 ? undefined : all.join("; ");
}

function nameOf(plugin: Plugin): string {
  return `${plugin}-credential-provider`;
}

function pathOf(plugin: Plugin, runtime: Runtime): string {
  const built = executable(nameOf(plugin), runtime);
  if (built.skipped !== undefined) throw new Error(built.skipped);
  return built.path;
}

/** Fake clouds for one trial at a time. */
class Place implements AsyncDisposable {
  readonly #clouds: Clouds;
  readonly #calls = new Map<string, Promise<readonly CallName[]>>();
  readonly #files: string[] = [];
  #made = 0;

  private constructor(clouds: Clouds) {
    this.#clouds = clouds;
  }

  static async open(): Promise<Place> {
    return new Place(await startClouds());
  }

  laneFor(random: Random): Lane {
    return {
      clouds: this.#clouds,
      random,
      base: async (plugin = random.pick(PLUGINS)) =>
        makeBase(this.#clouds, plugin, random.pick(baseNames(plugin))),
      callsOf: (base) => this.#callsOf(base),
      file: async (content) => {
        const path = this.#newPath();
        await writeFile(path, content);
        return path;
      },
      path: () => this.#newPath(),
    };
  }

  async run(trial: Trial, runtime: Runtime, patience: number): Promise<Outcome> {
    const clouds = this.#clouds;
    await clouds.reset();
    for (const fault of trial.faults ?? []) await clouds.faults.add(fault);
    const path = pathOf(trial.plugin, runtime);
    const { stdin, through, limitSeconds } = trial;
    const limit = limitSeconds === undefined ? {} : { IMAGECRED_TIMEOUT: `${limitSeconds * patience}s` };
    const env = { ...limit, ...trial.env };
    const [file, args] =
      through === undefined ? [path, trial.args] : ["/bin/sh", ["-c", through, "sh", path, ...trial.args]];
    const result = await runPlugin(file, { args, env, stdin, timeoutMs: 30_000 });
    const outcome = outcomeOf(result, clouds);
    await clouds.reset();
    return outcome;
  }

  async tidy(): Promise<void> {
    for (const path of this.#files.splice(0)) await rm(path, { force: true, recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#clouds.close();
  }

  #newPath(): string {
    const path = join(this.#clouds.core.directory, `trial-${this.#made++}`);
    this.#files.push(path);
    return path;
  }

  /** Found out by a run in which all goes well. */
  #callsOf(base: Base): Promise<readonly CallName[]> {
    const key = `${base.plugin} ${base.what}`;
    let calls = this.#calls.get(key);
    if (calls === undefined) {
      calls = this.#record(base);
      this.#calls.set(key, calls);
    }
    return calls;
  }

  async #record(base: Base): Promise<readonly CallName[]> {
    const { args, env, image, request } = base;
    const stdin = kubeletRequest(image, request);
    let problem = "";
    // A metadata server has a second for its first response, which a busy machine may need for other things.
    for (let tries = 0; tries < 5; tries++) {
      await this.#clouds.reset();
      const result = await runPlugin(pathOf(base.plugin, "static"), { args, env, stdin });
      const calls = this.#clouds.requests.map(({ service, operation }) => ({ service, operation }));
      if (result.exitCode === 0 && calls.length > 0) return calls;
      problem = `${calls.length} calls, ${result.stderr}`;
    }
    throw new Error(`${base.plugin} ${base.what} does not work: ${problem}`);
  }
}
