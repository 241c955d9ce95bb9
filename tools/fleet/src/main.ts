import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DOCS, toolFlags } from "@imagecred/workspace";
import { fleetPage } from "./page.ts";
import { drawPicture } from "./picture.ts";
import { renderScenario } from "./report.ts";
import { cases, RESULTS_FILE, type Row, rowOf } from "./results.ts";
import { SCENARIOS } from "./scenarios.ts";

const USAGE = `Usage: npx node tools/fleet/src/main.ts [flags]

Simulates a fleet of nodes on a clock of its own, against the limits of the clouds' APIs. Prints a table for each scenario.

  --scenario NAME   only this scenario, such as boot; can be repeated
  --nodes PART      this part of the nodes, such as 0.1 (default 1)
  --seed N          the same seed makes the same fleet (default 1)
  --write           write docs/fleet.md, docs/fleet.svg and tools/fleet/results.json, from which both are made
  --page            make both again from the results, without a simulation
  --help
`;

const { values } = toolFlags(USAGE, {
  options: {
    scenario: { type: "string", multiple: true },
    nodes: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    write: { type: "boolean", default: false },
    page: { type: "boolean", default: false },
  },
});

interface Recorded {
  readonly seed: number;
  readonly rows: readonly Row[];
}

if (values.page) {
  writePage(JSON.parse(readFileSync(RESULTS_FILE, "utf8")) as Recorded);
} else {
  const seed = Number(values.seed);
  const rows = await simulateAll(Number(values.nodes), seed);
  if (values.write) {
    writeFileSync(RESULTS_FILE, `${JSON.stringify({ seed, rows }, undefined, 1)}\n`);
    writePage({ seed, rows });
  }
}

/** Prints each scenario's table as soon as it has been simulated. @param part of the nodes */
async function simulateAll(part: number, seed: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { id, name, about } of SCENARIOS) {
    const chosen = values.scenario?.includes(id) ?? true;
    const mine = cases(part).filter(({ scenario }) => chosen && scenario.id === id);
    if (mine.length === 0) continue;
    process.stdout.write(`\n${name}: ${about}\n\n`);
    for (const [index, one] of mine.entries()) {
      const { route, policy, scenario } = one;
      progress(`${index + 1}/${mine.length} ${route.name}, ${policy.name}, ${scenario.nodes} nodes`);
      rows.push(await rowOf(one, seed));
    }
    progress("");
    process.stdout.write(renderScenario(id, rows));
  }
  return rows;
}

/** A progress line, which the next one replaces. */
function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
}

function writePage({ seed, rows }: Recorded): void {
  writeFileSync(join(DOCS, "fleet.md"), fleetPage(rows, seed));
  writeFileSync(join(DOCS, "fleet.svg"), drawPicture(rows));
}
