/**
 * Compares the Node.js runtime's name resolution with glibc's, as `tools/runtime/src/net/names/judged_by_glibc.rs` does for the
 * static runtime. What is different between the two runtimes: where the static one finds a name that glibc gives up (FORMERR and unknown codes of
 * the first server, `attempts:0`), the Node.js runtime gives up, too; and it gives up later than glibc where no server responds.
 */
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { needsRoot, runInNamespace } from "@imagecred/workspace";
import { CASES } from "./judged-names/cases.ts";
import { type Judged, LATER } from "./judged-names/run-case.ts";

/** Many times what a case takes (milliseconds). */
const LIMIT_MS = 120_000;
/** Side by side: they mostly wait for glibc's time limits. */
const AT_ONCE = 4 * availableParallelism();
/**
 * Cases in which glibc gives up more than a second earlier: the name servers are still queried directly then, up to four times
 * each, and the run's time limit ends that.
 */
const GIVES_UP_LATER = new Set(["all servers are silent"]);

const skip = needsRoot("unshare", "ip", "mount", "python3");
const results = new Map<string, readonly Judged[]>();

before(async () => {
  if (skip !== false) return;
  const waiting = CASES.map(({ what }, index) => async () => {
    const file = join(import.meta.dirname, "judged-names", "run-case.ts");
    const { exitCode, output } = await runInNamespace([file, String(index)], {
      processes: true,
      timeoutMs: LIMIT_MS,
    });
    assert.equal(exitCode, 0, `${what}: ${output}`);
    results.set(what, JSON.parse(output) as readonly Judged[]);
  });
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
});

describe("the Node.js runtime finds what glibc finds", { skip }, () => {
  for (const { what, names } of CASES) {
    test(what, () => {
      const judged = results.get(what) ?? [];
      assert.equal(judged.length, names.length);
      for (const { name, glibc, ours } of judged)
        assert.equal(ours, GIVES_UP_LATER.has(what) ? LATER : glibc, `${name}, by glibc ${glibc}`);
    });
  }
});
