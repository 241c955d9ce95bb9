import fc from "fast-check";
import { mutated } from "./mutations.ts";

/** Something that reads text of others. */
export interface Target {
  readonly name: string;
  /** Where the text comes from. */
  readonly from: string;
  /** Good texts, and interesting bad ones. */
  readonly corpus: readonly string[];
  /**
   * Reads a text.
   * @throws whatever it throws for bad ones; see `refusals`
   */
  readonly read: (text: string) => unknown;
  /** The errors that are a refusal; any other is a defect. */
  readonly refusals: readonly (new (
    ...args: never[]
  ) => Error)[];
}

/** Results of a run. */
export interface Fuzzed {
  readonly executions: number;
  readonly accepted: number;
  readonly refused: number;
  /** Milliseconds of processor time of the slowest execution. */
  readonly slowestMs: number;
}

/** One execution may take this much of the processor (milliseconds): more is a text on which time runs away. */
const SLOW_MS = 1_000;

/**
 * Reads so many texts.
 * @throws with the text, made as small as may be, and its seed, at the first that ends in another error than a refusal
 */
export async function fuzz({ corpus, read, refusals }: Target, seed: number, runs: number): Promise<Fuzzed> {
  let [executions, accepted, refused, slowestMs] = [0, 0, 0, 0];
  // What is loaded at the first use is not the text's doing.
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
      // A message about a text is always one line.
      if (error instanceof Error && /[\0\n\r]/.test(error.message))
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
