import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { builtStaticFuzzer, fuzzStatic, staticTargets } from "./static-runtime.ts";
import { SEEDS } from "./static-runtime-seeds.ts";

const fuzzer = builtStaticFuzzer();
const skip =
  fuzzer === undefined && "the fuzzer of these sources is not built: npm run fuzz:static -w tools/fuzz";

describe("the static runtime's parsers pass under AddressSanitizer", { skip }, () => {
  if (fuzzer === undefined) return;
  for (const target of staticTargets(fuzzer)) {
    test(`${target.name}, from ${target.from}`, () => {
      const { executions, edges } = fuzzStatic(fuzzer, target, { runs: 5_000, seed: 20261127 });
      assert.ok(executions >= 5_000);
      // Too few edges would mean that the input never reaches the parser.
      assert.ok(edges > 10, `${edges} edges`);
    });
  }

  test("every parser has valid seeds", () => {
    assert.deepEqual(
      staticTargets(fuzzer)
        .map(({ name }) => name)
        .sort(),
      Object.keys(SEEDS).sort(),
    );
  });
});
