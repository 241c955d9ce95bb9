/**
 * A fleet on a simulated clock: `npx node tools/fleet/src/main.ts`. `--scenario boot` (repeated) for some scenarios, `--nodes 0.1` for a part of the
 * nodes, `--seed 7`; `--write` writes docs/fleet.md, docs/fleet.svg and tools/fleet/results.json, from which both are made.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DOCS } from "@imagecred/workspace";
import { fleetPage } from "./page.ts";
import { drawPicture } from "./picture.ts";
import { renderScenario } from "./report.ts";
import { cases, RESULTS_FILE, type Row, rowOf } from "./results.ts";
import { SCENARIOS } from "./scenarios.ts";

const { values } = parseArgs({
  options: {
    scenario: { type: "string", multiple: true },
    nodes: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    write: { type: "boolean", default: false },
  },
});
const [part, seed] = [Number(values.nodes), Number(values.seed)];
const rows: Row[] = [];
for (const { id, name, about } of SCENARIOS) {
  const chosen = values.scenario?.includes(id) ?? true;
  const mine = cases(part).filter(({ scenario }) => chosen && scenario.id === id);
  if (mine.length === 0) continue;
  process.stdout.write(`\n${name}: ${about}\n\n`);
  for (const [index, one] of mine.entries()) {
    const { route, policy, scenario } = one;
    if (process.stderr.isTTY)
      process.stderr.write(
        `\r\x1b[K${index + 1}/${mine.length} ${route.name}, ${policy.name}, ${scenario.nodes} nodes`,
      );
    rows.push(await rowOf(one, seed));
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  process.stdout.write(renderScenario(id, rows));
}
if (values.write) {
  writeFileSync(RESULTS_FILE, `${JSON.stringify({ seed, rows }, undefined, 1)}\n`);
  writeFileSync(join(DOCS, "fleet.md"), fleetPage(rows, seed));
  writeFileSync(join(DOCS, "fleet.svg"), drawPicture(rows));
}
