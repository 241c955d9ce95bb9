import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { type CloudsOptions, startClouds } from "@imagecred/fake-clouds";
import {
  type Executable,
  executables,
  insideNamespace,
  needsRoot,
  runInNamespace,
} from "@imagecred/workspace";
import { setUpNetwork } from "./namespace.ts";
import type { Scenario } from "./scenario.ts";
import { Subject, type Suite } from "./suite.ts";
import { badInput } from "./suites/bad-input.ts";
import { faultSuites } from "./suites/faults.ts";
import { happy } from "./suites/happy.ts";
import { isolation } from "./suites/isolation.ts";
import { leaks } from "./suites/leaks.ts";
import { network } from "./suites/network.ts";
import { offCloud } from "./suites/off-cloud.ts";
import { proxy } from "./suites/proxy.ts";
import { streams } from "./suites/streams.ts";

/** One at a time: some of them measure time. */
const SUITES: readonly Suite[] = [happy, badInput, streams, isolation, proxy, offCloud];
/** Much longer than the suite inside the namespace takes. */
const TIME_LIMIT_MS = 300_000;
/** In parallel: these mostly wait for retries and time limits. */
const AT_ONCE = 4;

/**
 * Registers every suite for every runtime of a plugin's executable. Call it once, at the top level of a test file.
 * @param file the test file's own path (`import.meta.filename`), which is run a second time inside a network namespace
 */
export function describePlugin(scenario: Scenario, file: string): void {
  if (insideNamespace()) {
    const options = { ...scenario.clouds, listen: setUpNetwork(scenario) };
    for (const executable of built(scenario))
      describeOne(scenario, executable, nameOf(scenario, executable), [network], options);
    return;
  }
  for (const executable of built(scenario)) {
    const name = nameOf(scenario, executable);
    describeOne(scenario, executable, name, SUITES);
    describe(`${name}, with faults`, { concurrency: AT_ONCE }, () => {
      describeOne(scenario, executable, "secrets", [leaks]);
      for (const { title, suite } of faultSuites(scenario)) describeOne(scenario, executable, title, [suite]);
    });
  }
  const skip = needsRoot("unshare", "ip", "mount");
  test(`${scenario.executable} in a network namespace, under real names and addresses`, {
    skip,
  }, async () => {
    const { exitCode, output } = await runInNamespace(["--test-reporter=spec", file], {
      timeoutMs: TIME_LIMIT_MS,
    });
    assert.equal(exitCode, 0, output);
    assert.match(output, /pass [1-9]/, output);
  });
}

type Built = Extract<Executable, { path: string }>;

/** The executables that exist; for each missing one, a skipped test gives the reason. */
function built(scenario: Scenario): Built[] {
  return executables(scenario.executable).flatMap((executable) => {
    if (executable.skipped === undefined) return [executable];
    test(nameOf(scenario, executable), { skip: executable.skipped }, () => {});
    return [];
  });
}

function nameOf(scenario: Scenario, { runtime }: Executable): string {
  return `${scenario.executable} (${runtime})`;
}

/** A test group with its own clouds. */
function describeOne(
  scenario: Scenario,
  { runtime, path }: Built,
  title: string,
  suites: readonly Suite[],
  options: CloudsOptions | undefined = scenario.clouds,
): void {
  describe(title, { concurrency: 1 }, () => {
    const subject = new Subject(scenario, runtime, path);
    before(async () => {
      subject.clouds = await startClouds(options);
    });
    afterEach(async () => {
      assert.deepEqual(subject.clouds.defects, [], "the fakes themselves work");
      await subject.clouds.reset();
    });
    after(() => subject.clouds.close());
    for (const suite of suites) suite(subject);
  });
}
