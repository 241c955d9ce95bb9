import assert from "node:assert/strict";
import type { RunResult } from "@imagecred/workspace";

/** A shared machine may be busy for a moment; it is not for three runs. */
const TRIES = 3;

/**
 * Runs until a run took less than `limitMs`, three times at most, and fails when none did. Every run's outcome is checked:
 * only the time may need another try.
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
