import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CredentialError } from "@imagecred/protocol";
import { fuzz, type Target } from "./fuzz.ts";
import { TARGETS } from "./targets.ts";

/** Of each run of the tests; `npm run fuzz -w tools/fuzz` tries more, with other seeds. */
const SEED = 20261127;
const RUNS = 300;

describe("hostile input is read or refused in a line", () => {
  for (const target of TARGETS) {
    test(`${target.name}, from ${target.from}`, async () => {
      const { executions, accepted, refused } = await fuzz(target, SEED, RUNS);
      assert.equal(executions, RUNS);
      // What is never accepted, or never refused, was not looked at.
      assert.ok(accepted > 0, `${accepted} accepted`);
      if (target.refusals.length > 0) assert.ok(refused > 0, `${refused} refused`);
    });
  }
});

test("another error than a refusal is found, with its text and its seed", async () => {
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
