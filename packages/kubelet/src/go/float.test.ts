import assert from "node:assert/strict";
import { test } from "node:test";
import { formatFloat32, formatFloat64 } from "./float.ts";

// Recorded from Go 1.26.8: fmt's %v, and strconv.FormatFloat(f, 'g', -1, 32).
const CASES: readonly (readonly [value: number, as64: string, as32: string])[] = [
  [0, "0", "0"],
  [100_000, "100000", "100000"],
  [1e6, "1e+06", "1e+06"],
  [123_456, "123456", "123456"],
  [123_456_789, "1.23456789e+08", "1.2345679e+08"],
  [1e21, "1e+21", "1e+21"],
  [0.0001, "0.0001", "0.0001"],
  [0.000_01, "1e-05", "1e-05"],
  [16_777_217, "1.6777217e+07", "1.6777216e+07"],
  [1e39, "1e+39", "+Inf"],
  [1e-46, "1e-46", "0"],
  [123_456.789, "123456.789", "123456.79"],
  [-1.5, "-1.5", "-1.5"],
  [Number.NEGATIVE_INFINITY, "-Inf", "-Inf"],
  [Number.NaN, "NaN", "NaN"],
];

test("floats are printed as Go prints them", () => {
  for (const [value, as64, as32] of CASES) {
    assert.equal(formatFloat64(value), as64);
    assert.equal(formatFloat32(value), as32);
  }
});
