import { ToolError, toolFlags } from "@imagecred/workspace";
import { missing } from "./missing.ts";
import { writePage } from "./page.ts";
import { runAll } from "./run-all.ts";
import { COMPARISONS } from "./situations/index.ts";

const USAGE = `Usage: npx node tools/drop-in/src/main.ts [--write]

Runs the cloud vendors' Go plugins and ours (dist/) in the same situations and prints where they differ.

  --write   write the tables into docs/migrate
  --help

Needs Linux, root, unshare, ip, mount and Go; the first time it builds the vendors' plugins, which takes minutes.
`;

const { values: flags } = toolFlags(USAGE, { options: { write: { type: "boolean", default: false } } });
const lacking = missing("plugins may be built");
if (lacking !== undefined) throw new ToolError(lacking);
const rows = await runAll();
for (const { plugin, name, vendor, ours } of rows) {
  if (vendor.outcome === ours.outcome) continue;
  console.log(
    `${plugin}: ${name}\n  Go plugin: ${vendor.outcome}\n  imagecred: ${ours.outcome}\n  ${ours.stderr.trim()}`,
  );
}
console.log(`${rows.length} situations`);
if (flags.write)
  for (const comparison of COMPARISONS)
    writePage(
      comparison,
      rows.filter(({ plugin }) => plugin === comparison.plugin),
    );
