import assert from "node:assert/strict";
import type { RunResult } from "@imagecred/workspace";

/** A shared machine may be busy during one run, but hardly during three. */
const TRIES = 3;

/**
 * Runs up to three times until a run takes less than `limitMs`, and fails if none does. Checks the outcome of every run:
 * only slow runs are retried.
 */
export async function expectWithin(
  limitMs: number,
  run: () => Promise<RunResult>,
  check: (result: RunResult) => void,
): Promise<void> {
  const took: number[] = [];
  for (let tries = 0; tries < TRIES; tries++) {
    const result = await run();
    check(result);
    if (result.wallMs < limitMs) return;
    took.push(Math.round(result.wallMs));
  }
  assert.fail(`took ${took.join(", ")} ms, and ${limitMs} ms are allowed`);
}
