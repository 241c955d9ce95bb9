import { readFileSync } from "node:fs";

/** A skipped test, and its reason. */
export interface SkippedTest {
  readonly file: string;
  readonly name: string;
  readonly reason: string;
}

/** The results of one run of node:test; written by the reporter, read by the summary. */
export interface Results {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly SkippedTest[];
}

/** Names the file that the reporter writes {@link Results} to. */
export const RESULTS_FILE_VARIABLE = "IMAGECRED_TEST_RESULTS";

export function readResults(path: string): Results | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Results;
  } catch {
    return undefined;
  }
}
