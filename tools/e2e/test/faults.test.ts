import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { executables, needsRoot, ROOT, run } from "@imagecred/workspace";

/** Chosen by the seed; takes half a minute on two cores. `npm test -- faults` runs all of them. */
const SAMPLE = ["--seed", "imagecred", "--share", "0.0012", "--seconds", "900"];

const missing = ["ecr", "acr", "gcr"]
  .flatMap((plugin) => executables(`${plugin}-credential-provider`))
  .find(({ skipped }) => skipped !== undefined)?.skipped;

test("faults on every kind of call: a credential or a line that says why, in time, the same on both runtimes", {
  skip: needsRoot("unshare", "ip", "mount") || missing,
}, () => {
  const main = join(ROOT, "tools/e2e/src/faults/main.ts");
  const output = run(process.execPath, [...process.execArgv, main, ...SAMPLE]);
  assert.match(output, /^\d+ runs, 0 faults that did not hold$/m, output);
});
