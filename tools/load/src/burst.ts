import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runPlugin } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { checkRun, processesOf } from "./check.ts";
import { type Spread, spread } from "./spread.ts";
import { inputsOf, type Subject } from "./subjects.ts";

/** The result of a burst of processes. */
export interface Burst extends Spread {
  readonly processes: number;
  readonly credentials: number;
  readonly errors: number;
  /** Requests that were rejected with 429 or 503 and Retry-After. */
  readonly throttled: number;
}

/**
 * Starts many processes at once against a cloud that rejects as many requests as there are processes, half of them with 429 and half with 503,
 * each with `Retry-After: 1`.
 * @throws {assert.AssertionError} for a run that is neither a right credential nor a proper error, and for anything left behind
 */
export async function burst(subject: Subject, path: string, processes: number): Promise<Burst> {
  const scratch = mkdtempSync(join(tmpdir(), "imagecred-burst-"));
  const clouds = await startClouds();
  try {
    const inputs = await inputsOf(subject, clouds, "55s", scratch);
    for (const status of [429, 503]) {
      const fault = {
        kind: "answer",
        reply: { status, headers: { "retry-after": "1" }, body: "{}" },
      } as const;
      await clouds.faults.add({ ...subject.shared, fault, times: Math.ceil(processes / 2) });
    }
    const runs = await Promise.all(
      Array.from({ length: processes }, () => runPlugin(path, { ...inputs, timeoutMs: 90_000 })),
    );
    const counts = { credential: 0, error: 0 };
    const throttled = clouds.requests.filter(({ fault }) => fault !== undefined).length;
    for (const run of runs) counts[await checkRun(subject, clouds, run)]++;
    assert.deepEqual(clouds.defects, []);
    assert.deepEqual(readdirSync(scratch), [], "files that were left behind");
    assert.deepEqual(processesOf(path), [], "processes that were left behind");
    return {
      processes,
      credentials: counts.credential,
      errors: counts.error,
      throttled,
      ...spread(runs.map(({ wallMs }) => wallMs)),
    };
  } finally {
    await clouds.close();
    rmSync(scratch, { recursive: true });
  }
}
