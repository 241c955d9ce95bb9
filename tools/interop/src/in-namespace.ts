import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { insideNamespace, runInNamespace } from "@imagecred/workspace";
import { whyNoInterop } from "./missing.ts";
import { buildPrograms, type Programs } from "./programs.ts";

/** Hands the programs' paths to the test file inside. */
const HANDOVER = "IMAGECRED_INTEROP";
/** Many times the duration of a test file (milliseconds). */
const TIME_LIMIT_MS = 300_000;

interface Handover {
  readonly programs: Programs;
  /** A directory that is removed at the end. */
  readonly scratch: string;
}

/**
 * Runs a test file's tests in their own network namespace, where the judges listen on the addresses that a node uses.
 * To be called once, at the top of the file.
 * @param file its own path (`import.meta.filename`), which is run a second time inside
 * @param tests registers the tests; called inside only
 */
export async function judgedInNamespace(
  title: string,
  file: string,
  tests: (programs: Programs, scratch: string) => void,
): Promise<void> {
  if (insideNamespace()) {
    const { programs, scratch } = JSON.parse(process.env[HANDOVER] ?? "") as Handover;
    tests(programs, scratch);
    return;
  }
  const skip = (await whyNoInterop("programs may be built")) ?? false;
  test(title, { skip }, async () => {
    const scratch = mkdtempSync(join(tmpdir(), "imagecred-interop-"));
    try {
      const handover: Handover = { programs: await buildPrograms(), scratch };
      process.env[HANDOVER] = JSON.stringify(handover);
      const { exitCode, output } = await runInNamespace(["--test-reporter=spec", file], {
        processes: true,
        timeoutMs: TIME_LIMIT_MS,
      });
      assert.equal(exitCode, 0, output);
      assert.match(output, /pass [1-9]/, output);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });
}
