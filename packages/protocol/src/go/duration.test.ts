import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatGoDuration, GoDurationError, parseGoDuration } from "./duration.ts";

// Recorded from Go 1.26.8: time.ParseDuration, then Duration.String.
const ACCEPTED: readonly (readonly [text: string, nanoseconds: bigint, printed: string])[] = [
  ["0", 0n, "0s"],
  ["-0", 0n, "0s"],
  ["+0", 0n, "0s"],
  ["5m", 300_000_000_000n, "5m0s"],
  ["1h30m", 5_400_000_000_000n, "1h30m0s"],
  ["-1.5h", -5_400_000_000_000n, "-1h30m0s"],
  ["1.5us", 1_500n, "1.5\u00b5s"],
  ["1\u00b5s", 1_000n, "1\u00b5s"],
  ["1\u03bcs", 1_000n, "1\u00b5s"],
  ["100ns", 100n, "100ns"],
  ["2.50ms", 2_500_000n, "2.5ms"],
  ["1m0.001s", 60_001_000_000n, "1m0.001s"],
  [".5s", 500_000_000n, "500ms"],
  ["5.s", 5_000_000_000n, "5s"],
  ["1s1s1s", 3_000_000_000n, "3s"],
  ["0.3333333333333333333h", 1_200_000_000_000n, "20m0s"],
  ["0.100000000000000000000h", 360_000_000_000n, "6m0s"],
  ["9007199254.740993s", 9_007_199_254_740_993_000n, "2501999h47m34.740993s"],
  ["9223372036854775807ns", 9_223_372_036_854_775_807n, "2562047h47m16.854775807s"],
  ["-9223372036854775808ns", -9_223_372_036_854_775_808n, "-2562047h47m16.854775808s"],
  ["9223372036854775808ns9223372036854775808ns", 0n, "0s"],
];

test("durations are parsed and printed as in Go", () => {
  for (const [text, nanoseconds, printed] of ACCEPTED) {
    assert.equal(parseGoDuration(text), nanoseconds, text);
    assert.equal(formatGoDuration(nanoseconds), printed, text);
  }
});

const REFUSED: readonly (readonly [text: string, message: string])[] = [
  ["", 'time: invalid duration ""'],
  ["-", 'time: invalid duration "-"'],
  ["10", 'time: missing unit in duration "10"'],
  ["1d", 'time: unknown unit "d" in duration "1d"'],
  ["1 h", 'time: unknown unit " h" in duration "1 h"'],
  ["3toString", 'time: unknown unit "toString" in duration "3toString"'],
  ["\u00fc", 'time: invalid duration "\\xc3\\xbc"'],
  ['1\u00fc\n"\\', 'time: unknown unit "\\xc3\\xbc\\x0a\\"\\\\" in duration "1\\xc3\\xbc\\x0a\\"\\\\"'],
  [".s", 'time: invalid duration ".s"'],
  ["--1s", 'time: invalid duration "--1s"'],
  ["9223372036854775808ns", 'time: invalid duration "9223372036854775808ns"'],
  ["9223372036854775809", 'time: invalid duration "9223372036854775809"'],
  ["3000000h", 'time: invalid duration "3000000h"'],
  ["2562047h48m", 'time: invalid duration "2562047h48m"'],
];

test("errors have Go's text", () => {
  for (const [text, message] of REFUSED) {
    assert.throws(() => parseGoDuration(text), { name: "GoDurationError", message }, text);
  }
});

test("a printed duration parses to the same number", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), (nanoseconds) => {
      assert.equal(parseGoDuration(formatGoDuration(nanoseconds)), nanoseconds);
    }),
  );
});

test("any text either parses or is refused with a GoDurationError", () => {
  const pieces = fc.oneof(
    fc.constantFrom("-", "+", ".", "0", "9", "h", "m", "s", "ms", "\u00b5s", "1e3"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => {
      try {
        const value = parseGoDuration(parts.join(""));
        assert.ok(value >= -(1n << 63n) && value < 1n << 63n);
      } catch (error) {
        assert.ok(error instanceof GoDurationError);
      }
    }),
  );
});
