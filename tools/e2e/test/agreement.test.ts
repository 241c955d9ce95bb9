import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { executables, needsRoot, ROOT, runInNamespace } from "@imagecred/workspace";

/** Chosen by the seed. They take about forty seconds on two cores; a busy machine gets more time. */
const SAMPLE = ["--seed", "imagecred", "--count", "150"];
const TIME_LIMIT_MS = 900_000;

const missing = ["ecr", "acr", "gcr"]
  .flatMap((plugin) => executables(`${plugin}-credential-provider`))
  .find(({ skipped }) => skipped !== undefined)?.skipped;

test("the two runtimes do the same with generated inputs: same exit code, same messages, same requests", {
  skip: needsRoot("unshare", "ip", "mount") || missing,
}, async () => {
  const main = join(ROOT, "tools/e2e/src/agreement/main.ts");
  const { exitCode, output } = await runInNamespace([main, ...SAMPLE], { timeoutMs: TIME_LIMIT_MS });
  assert.equal(exitCode, 0, output);
  assert.match(output, /responses: \d+ tried, 0 found/, output);
});
