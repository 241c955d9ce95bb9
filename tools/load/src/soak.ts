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

/**
 * Runs a plugin many times in a row, half of the runs with a fault that the seed decides.
 * @param path the executable @param launcher of tools/bench, or undefined: memory is then not measured
 * @throws {assert.AssertionError} for a run that is neither a right credential nor a proper error, and for anything left behind
 */
export async function soak(
  subject: Subject,
  path: string,
  { runs, seed, launcher }: { readonly runs: number; readonly seed: number; readonly launcher?: string },
): Promise<Soak> {
  const scratch = mkdtempSync(join(tmpdir(), "imagecred-soak-"));
  const clouds = await startClouds();
  const random = seededRandom(seed);
  const wall: number[] = [];
  const counts = { credential: 0, error: 0 };
  const peaks: number[] = [];
  const stdinFile = join(clouds.core.directory, "soak-request.json");
  try {
    const inputs = await inputsOf(subject, clouds, TIMEOUT, scratch);
    writeFileSync(stdinFile, inputs.stdin);
    let descriptors = 0;
    for (let index = 0; index < runs; index++) {
      if (launcher !== undefined && index % MEASURE_EVERY === 0) {
        const command = { path, args: inputs.args, env: inputs.env, stdinFile };
        peaks.push((await measureOnce(launcher, command)).peakKib);
      }
      await disturb(subject, clouds, random);
      const run = await runPlugin(path, inputs);
      await clouds.faults.clear();
      counts[await told(index, seed, () => checkRun(subject, clouds, run))]++;
      wall.push(run.wallMs);
      assert.deepEqual(clouds.defects, []);
      await clouds.reset();
      if (index === Math.floor(runs / 10)) descriptors = openDescriptors();
    }
    assert.deepEqual(readdirSync(scratch), [], "files that were left behind");
    assert.deepEqual(processesOf(path), [], "processes that were left behind");
    // The registries' idle connections come and go.
    assert.ok(openDescriptors() < descriptors + 50, `${descriptors} descriptors, then ${openDescriptors()}`);
  } finally {
    await clouds.close();
    rmSync(scratch, { recursive: true });
  }
  const tenth = Math.max(1, Math.floor(peaks.length / 10));
  return {
    runs,
    credentials: counts.credential,
    errors: counts.error,
    ...spread(wall),
    peakKib: {
      first: Math.max(0, ...peaks.slice(0, tenth)),
      last: Math.max(0, ...peaks.slice(-tenth)),
    },
  };
}

/** Names the run, so that the same seed reproduces it. */
async function told<T>(index: number, seed: number, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    throw new Error(`run ${index} of seed ${seed}`, { cause: error });
  }
}
