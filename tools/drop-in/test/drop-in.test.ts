import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { Row } from "../src/compare.ts";
import { missing } from "../src/missing.ts";
import { changeFor, changesOf, readPage, withTables } from "../src/page.ts";
import { runAll } from "../src/run-all.ts";
import { COMPARISONS } from "../src/situations/index.ts";

/**
 * The vendors' Go plugins and ours in the same situations. Where they differ, the page says why: a row of its table "What
 * changes, and why". The tables of the pages are what a run gives; `npx node tools/drop-in/src/main.ts --write` writes them.
 */
const skip = missing("plugins may be built") ?? false;
let rows: readonly Row[] = [];

before(async () => {
  if (skip === false) rows = await runAll();
});

for (const comparison of COMPARISONS) {
  describe(comparison.executable, { skip }, () => {
    for (const { title, situations } of comparison.groups) {
      for (const situation of situations) {
        test(`${title}: ${situation.name}`, () => {
          const row = rows.find(
            ({ plugin, group, name }) =>
              plugin === comparison.plugin && group === title && name === situation.name,
          );
          assert.ok(row, "it was run");
          const { vendor, ours } = row;
          if (situation.differs === undefined) {
            assert.equal(
              ours.outcome,
              vendor.outcome,
              `the vendor's: ${vendor.stderr}\nours: ${ours.stderr}`,
            );
            return;
          }
          assert.notEqual(
            ours.outcome,
            vendor.outcome,
            `nothing differs, but the situation says: ${situation.differs}`,
          );
          const change = changeFor(situation, changesOf(readPage(comparison)));
          assert.ok(change, `no row of ${comparison.page} begins with: ${situation.differs}`);
          assert.notEqual(change.why, "", `${comparison.page} gives no reason for: ${situation.differs}`);
        });
      }
    }

    test(`docs/${comparison.page} shows this`, () => {
      const shown = readPage(comparison).split("\n");
      const mine = rows.filter(({ plugin }) => plugin === comparison.plugin);
      const now = withTables(shown.join("\n"), comparison, mine).split("\n");
      // Line by line: the whole page would bury what differs.
      const changed = now.filter((line, index) => line !== shown[index]);
      assert.deepEqual(changed, [], "npx node tools/drop-in/src/main.ts --write");
      assert.equal(now.length, shown.length);
    });
  });
}
