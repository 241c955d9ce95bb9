/**
 * The load on this machine: `npx node tools/load/src/main.ts`. `--runs 10000`, `--processes 500`, `--images 200`, `--plugin ecr` (repeated; the others' records stay),
 * `--seed 1`, `--lanes 8` (runs that take place at once; they mostly wait); `--write` records results.json and the section "Under load" of docs/performance.md. Exit 1 if a check fails.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { buildLauncher, describeMachine } from "@imagecred/bench";
import { executable } from "@imagecred/e2e";
import { DOCS, ToolError } from "@imagecred/workspace";
import { burst, pulls, SUBJECTS, soak } from "./index.ts";
import { type Results, renderLoad, withLoad } from "./report.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    processes: { type: "string", default: "500" },
    images: { type: "string", default: "200" },
    plugin: { type: "string", multiple: true },
    seed: { type: "string", default: "1" },
    lanes: { type: "string", default: "8" },
    write: { type: "boolean", default: false },
  },
});
const launcher = buildLauncher();
const chosen = SUBJECTS.filter(({ plugin }) => values.plugin?.includes(plugin) ?? true);
const paths = chosen.map((subject) => {
  const program = executable(subject.executable, "static");
  if (program.skipped !== undefined) throw new ToolError(program.skipped);
  return { subject, path: program.path };
});
const rows: Results["rows"][number][] = [];
for (const { subject, path } of paths) {
  const pulled = await pulls(subject, dirname(path), Number(values.images));
  const started = await burst(subject, path, Number(values.processes));
  const soaked = await soak(subject, path, {
    runs: Number(values.runs),
    seed: Number(values.seed),
    lanes: Number(values.lanes),
    launcher,
  });
  rows.push({ plugin: subject.plugin, pulls: pulled, burst: started, soak: soaked });
  console.log(JSON.stringify(rows.at(-1)));
}
const file = join(import.meta.dirname, "../results.json");
const all = values.write ? [...rows, ...recordedRows()] : rows;
const results: Results = {
  machine: describeMachine(),
  date: new Date().toISOString().slice(0, 10),
  seed: Number(values.seed),
  lanes: Number(values.lanes),
  rows: SUBJECTS.flatMap(({ plugin }) => all.find((row) => row.plugin === plugin) ?? []),
};
console.log(renderLoad(results));
if (values.write) {
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
  const page = join(DOCS, "performance.md");
  writeFileSync(page, withLoad(readFileSync(page, "utf8"), results));
}

/** The rows of the last record, which stay if they were made with the same seed and lanes. */
function recordedRows(): Results["rows"] {
  const { seed, lanes, rows } = JSON.parse(readFileSync(file, "utf8")) as Results;
  return String(seed) === values.seed && String(lanes) === values.lanes ? rows : [];
}
