import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureOnce } from "@imagecred/bench";
import { runPlugin } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { seededRandom } from "@imagecred/workspace";
import { checkRun, openDescriptors, processesOf } from "./check.ts";
import { disturb } from "./faults.ts";
import { type Spread, spread } from "./spread.ts";
import { inputsOf, type Subject } from "./subjects.ts";

/** The result of many runs of one plugin in a row. */
export interface Soak extends Spread {
  readonly runs: number;
  readonly credentials: number;
  readonly errors: number;
  /** Most resident memory of a run that nothing disturbed, in the first and in the last tenth (KiB). */
  readonly peakKib: { readonly first: number; readonly last: number };
}

/** Time limit of one run: faults are over at once, and a Retry-After beyond it ends a run. */
const TIMEOUT = "3s";
/** One run in this many is measured by the launcher, without a fault. */
const MEASURE_EVERY = 20;

export interface SoakOptions {
  readonly runs: number;
  readonly seed: number;
  /** Of tools/bench; without it, memory is not measured. */
  readonly launcher?: string;
  /** How many runs take place at once, each with clouds of its own; default 1. */
  readonly lanes?: number;
}

/** Results of one lane. */
interface Seen {
  readonly wallMs: number[];
  readonly peaksKib: number[];
  credentials: number;
  errors: number;
}

/**
 * Runs a plugin many times in a row, half of the runs with a fault that the seed decides.
 * @param path the executable
 * @throws {assert.AssertionError} for a run that is neither a right credential nor a proper error, and for anything left behind
 */
export async function soak(subject: Subject, path: string, options: SoakOptions): Promise<Soak> {
  const { runs, lanes = 1 } = options;
  const shares = Array.from({ length: lanes }, (_, lane) => ({
    ...options,
    seed: options.seed + lane,
    runs: Math.floor(runs / lanes) + (lane < runs % lanes ? 1 : 0),
  }));
  const seen = await Promise.all(shares.map((share) => soakLane(subject, path, share)));
  assert.deepEqual(processesOf(path), [], "processes that were left behind");
  const tenthsOf = ({ peaksKib }: Seen) => Math.max(1, Math.floor(peaksKib.length / 10));
  return {
    runs,
    credentials: seen.reduce((sum, { credentials }) => sum + credentials, 0),
    errors: seen.reduce((sum, { errors }) => sum + errors, 0),
    ...spread(seen.flatMap(({ wallMs }) => wallMs)),
    peakKib: {
      first: Math.max(0, ...seen.flatMap((lane) => lane.peaksKib.slice(0, tenthsOf(lane)))),
      last: Math.max(0, ...seen.flatMap((lane) => lane.peaksKib.slice(-tenthsOf(lane)))),
    },
  };
}

async function soakLane(
  subject: Subject,
  path: string,
  { runs, seed, launcher, lanes = 1 }: SoakOptions,
): Promise<Seen> {
  const scratch = mkdtempSync(join(tmpdir(), "imagecred-soak-"));
  const clouds = await startClouds();
  const random = seededRandom(seed);
  const seen: Seen = { wallMs: [], peaksKib: [], credentials: 0, errors: 0 };
  const stdinFile = join(clouds.core.directory, "soak-request.json");
  try {
    const inputs = await inputsOf(subject, clouds, TIMEOUT, scratch);
    writeFileSync(stdinFile, inputs.stdin);
    let descriptors = 0;
    for (let index = 0; index < runs; index++) {
      if (launcher !== undefined && index % MEASURE_EVERY === 0) {
        const command = { path, args: inputs.args, env: inputs.env, stdinFile };
        seen.peaksKib.push((await measureOnce(launcher, command)).peakKib);
      }
      await disturb(subject, clouds, random);
      const run = await runPlugin(path, inputs);
      await clouds.faults.clear();
      const result = await told(index, seed, () => checkRun(subject, clouds, run));
      if (result === "credential") seen.credentials++;
      else seen.errors++;
      seen.wallMs.push(run.wallMs);
      assert.deepEqual(clouds.defects, []);
      await clouds.reset();
      if (index === Math.floor(runs / 10)) descriptors = openDescriptors();
    }
    assert.deepEqual(readdirSync(scratch), [], "files that were left behind");
    // The registries' idle connections come and go.
    assert.ok(
      openDescriptors() < descriptors + 50 * lanes,
      `${descriptors} descriptors, then ${openDescriptors()}`,
    );
  } finally {
    await clouds.close();
    rmSync(scratch, { recursive: true });
  }
  return seen;
}

/** Names the run, so that the same seed reproduces it. */
async function told<T>(index: number, seed: number, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    throw new Error(`run ${index} of seed ${seed}`, { cause: error });
  }
}
