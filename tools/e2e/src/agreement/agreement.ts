import { availableParallelism } from "node:os";
import type { Plugin } from "@imagecred/fake-clouds";
import { RUNTIMES, type Runtime } from "@imagecred/workspace";
import { FAMILIES } from "./families/index.ts";
import { isRepeatedOnKept } from "./kept-connection.ts";
import { defectOf, differences, type Outcome } from "./outcome.ts";
import { nameOf, Place } from "./place.ts";
import { type Random, randomFrom } from "./random.ts";
import type { Family, Trial } from "./trial.ts";

/** The trials to run. */
export interface Sample {
  readonly seed: string;
  readonly count: number;
  /** Only these families. */
  readonly families?: readonly string[];
  /** Only the trial with this number in the sample. */
  readonly only?: number;
}

/** A trial on which the runtimes differ, or that shows a defect in one of them. */
export interface Finding {
  /** Number in the sample. */
  readonly number: number;
  readonly family: string;
  readonly plugin: Plugin;
  readonly what: string;
  readonly problem: string;
  readonly outcomes: Readonly<Record<Runtime, Outcome>>;
}

/** Processes mostly wait for time limits and for each other. */
const LANES = 2 * availableParallelism();

/**
 * Runs every trial of a sample with both runtimes of the plugin.
 * @returns the number of trials of each family, and the findings
 * @throws if an executable is missing
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
  const { problem, outcomes } = await tryBoth(place, trial);
  const { plugin, what } = trial;
  return problem === undefined ? [] : [{ number, family: family.name, plugin, what, problem, outcomes }];
}

/** Runs a trial with both runtimes. @param patiences see {@link PATIENCE} @returns their outcomes, and what is wrong with them if anything is */
export async function tryBoth(
  place: Place,
  trial: Trial,
  patiences: readonly number[] = PATIENCE,
): Promise<{ readonly problem: string | undefined; readonly outcomes: Readonly<Record<Runtime, Outcome>> }> {
  const outcomes = {} as Record<Runtime, Outcome>;
  let problem: string | undefined;
  for (const patience of patiences) {
    for (const runtime of RUNTIMES) outcomes[runtime] = await place.run(trial, runtime, patience);
    problem = problemOf(outcomes, trial);
    if (problem === undefined) break;
  }
  await place.tidy();
  return { problem, outcomes };
}

/**
 * Time limits are multiplied by each of these in turn until the runtimes agree: on a busy machine only one of two runs may
 * reach its limit.
 */
export const PATIENCE = [1, 4, 4, 8];

function problemOf(outcomes: Readonly<Record<Runtime, Outcome>>, trial: Trial): string | undefined {
  const name = nameOf(trial.plugin);
  const defects = RUNTIMES.flatMap((runtime) => {
    const defect = defectOf(outcomes[runtime], name);
    return defect === undefined ? [] : [`${runtime}: ${defect}`];
  });
  const different = isRepeatedOnKept(trial.faults ?? [], outcomes)
    ? []
    : differences(outcomes.static, outcomes.nodejs);
  const all = [...defects, ...(different.length === 0 ? [] : [`they differ in ${different.join(", ")}`])];
  return all.length === 0 ? undefined : all.join("; ");
}
