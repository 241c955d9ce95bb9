import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { expectFailure, parseResponse, type RunResult, registryStatus } from "@imagecred/e2e";
import type { Clouds } from "@imagecred/fake-clouds";
import type { Subject } from "./subjects.ts";

/** The result of a run. */
export type Result = "credential" | "error";

/**
 * A run ends with a credential that the registry accepts, or with one line that names no secret and is not a defect of ours.
 * @throws {assert.AssertionError} for anything else: a crash, a wrong credential, two lines
 */
export async function checkRun(subject: Subject, clouds: Clouds, run: RunResult): Promise<Result> {
  if (run.exitCode !== 0) {
    expectFailure(run, subject.executable);
    assert.doesNotMatch(run.stderr, /internal error|panick/i);
    assert.deepEqual(clouds.secrets.findIn(run.stderr), []);
    return "error";
  }
  assert.equal(run.stderr, "");
  const login = parseResponse(run.stdout).auth?.[subject.key] ?? assert.fail(run.stdout);
  assert.equal(await registryStatus(clouds, subject.image, login), 200, "the credential opens the registry");
  return "credential";
}

/** Processes of this executable that still run, with any parent. */
export function processesOf(executable: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => commandOf(pid) === executable);
}

/** Path of the program of a process as it was started; undefined when it has ended. */
function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0];
  } catch {
    return undefined;
  }
}

/** File descriptors that this process has open. */
export function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}
