import assert from "node:assert/strict";
import { dirname } from "node:path";
import { describe, test } from "node:test";
import { executable } from "@imagecred/e2e";
import { built, driverOf, isCached, NEWEST } from "@imagecred/kubelet-conformance";
import { burst, pulls, SUBJECTS, soak } from "../src/index.ts";

const SEED = 20261127;

describe("a short version of the stage load", () => {
  for (const subject of SUBJECTS) {
    const program = executable(subject.executable, "static");
    const skip = program.skipped ?? false;
    const path = program.skipped === undefined ? program.path : "";

    test(`${subject.plugin}: 60 runs in a row, half of them with a fault`, { skip }, async () => {
      const { credentials, errors } = await soak(subject, path, { runs: 60, seed: SEED });
      assert.equal(credentials + errors, 60);
      assert.ok(credentials > 30 && errors > 5, `${credentials} credentials, ${errors} errors`);
    });

    test(`${subject.plugin}: 20 processes at once against a cloud that throttles`, { skip }, async () => {
      const { credentials, errors, throttled, p99Ms } = await burst(subject, path, 20);
      assert.deepEqual([credentials + errors, throttled], [20, 20]);
      // All attempts of a process that starts long before the others may be rejected.
      assert.ok(credentials >= 15, `${credentials} credentials`);
      assert.ok(p99Ms >= 1_000, "Retry-After was waited for");
    });

    const driver = isCached(driverOf(NEWEST))
      ? undefined
      : "the kubelet's code is not built (npm test -- conformance)";
    test(`${subject.plugin}: 20 images at once through the kubelet's code`, {
      skip: skip || driver,
    }, async () => {
      assert.ok(built(driverOf(NEWEST)));
      const { later, runsAgain } = await pulls(subject, dirname(path), 20);
      assert.deepEqual([later, runsAgain], [0, 0]);
    });
  }
});
