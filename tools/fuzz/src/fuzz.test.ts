import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CredentialError } from "@imagecred/protocol";
import { fuzz, type Target } from "./fuzz.ts";
import { TARGETS } from "./targets.ts";

/** For each test run; `npm run fuzz -w tools/fuzz` tries more, with other seeds. */
const SEED = 20261127;
const RUNS = 300;

describe("hostile input is accepted or rejected with a one-line error", () => {
  for (const target of TARGETS) {
    test(`${target.name}, from ${target.from}`, async () => {
      const { executions, accepted, refused } = await fuzz(target, SEED, RUNS);
      assert.equal(executions, RUNS);
      // If a target never accepts or never rejects, it does not read its input.
      assert.ok(accepted > 0, `${accepted} accepted`);
      if (target.refusals.length > 0) assert.ok(refused > 0, `${refused} refused`);
    });
  }
});

test("an unexpected error is reported with its text and seed", async () => {
  const target: Target = {
    name: "broken",
    from: "a test",
    corpus: ["abc"],
    read: (text) => {
      if (text.includes("{")) throw new TypeError("not for reading");
      throw new CredentialError({ action: "reading", reason: "no" });
    },
    refusals: [CredentialError],
  };
  await assert.rejects(fuzz(target, SEED, 1_000), /seed: 20261127[\s\S]*Counterexample: \["\{"\]/);
});
