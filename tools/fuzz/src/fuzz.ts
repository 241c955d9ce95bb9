import fc from "fast-check";
import { mutated } from "./mutations.ts";

/** A parser of untrusted text. */
export interface Target {
  readonly name: string;
  /** The source of the text. */
  readonly from: string;
  /** Valid texts, and interesting invalid ones. */
  readonly corpus: readonly string[];
  /**
   * Reads a text.
   * @throws errors for invalid texts; see `refusals`
   */
  readonly read: (text: string) => unknown;
  /** The expected error types for invalid text; any other error is a defect. */
  readonly refusals: readonly (new (
    ...args: never[]
  ) => Error)[];
  /** The messages are not ours, so they may have line breaks: what shows them escapes them. */
  readonly foreignMessages?: true;
}

/** Results of a run. */
export interface Fuzzed {
  readonly executions: number;
  readonly accepted: number;
  readonly refused: number;
  /** Milliseconds of processor time of the slowest execution. */
  readonly slowestMs: number;
}

/** CPU time limit of one execution, in milliseconds; exceeding it indicates runaway parsing. */
const SLOW_MS = 1_000;

/**
 * Reads `runs` texts.
 * @throws at the first unexpected error, with the minimized text and its seed
 */
export async function fuzz(target: Target, seed: number, runs: number): Promise<Fuzzed> {
  const { corpus, read, refusals, foreignMessages } = target;
  let [executions, accepted, refused, slowestMs] = [0, 0, 0, 0];
  // Warm up: lazy loading must not count as a text's time.
  for (const text of corpus)
    await Promise.resolve(text)
      .then(read)
      .catch(() => {});
  const property = fc.asyncProperty(mutated(corpus), async (text) => {
    const before = process.cpuUsage();
    executions++;
    try {
      await read(text);
      accepted++;
    } catch (error) {
      if (!refusals.some((kind) => error instanceof kind)) throw error;
      // Our error messages must be a single line.
      if (foreignMessages !== true && error instanceof Error && /[\0\n\r]/.test(error.message))
        throw new Error(`not one line: ${error.message}`);
      refused++;
    }
    const used = process.cpuUsage(before);
    const took = (used.user + used.system) / 1_000;
    slowestMs = Math.max(slowestMs, took);
    if (took > SLOW_MS) throw new Error(`it took ${took} ms`);
  });
  await fc.assert(property, { seed, numRuns: runs, endOnFailure: false });
  return { executions, accepted, refused, slowestMs };
}
