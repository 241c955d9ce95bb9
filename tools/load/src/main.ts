import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildLauncher, describeMachine } from "@imagecred/bench";
import { executable } from "@imagecred/e2e";
import { DOCS, ToolError, toolFlags } from "@imagecred/workspace";
import { burst, pulls, SUBJECTS, soak } from "./index.ts";
import { type Results, renderLoad, withLoad } from "./report.ts";

const USAGE = `Usage: npx node tools/load/src/main.ts [flags]

Measures the static plugins under load on this machine: many images at once through the kubelet's code, many processes that
start at once, many runs in a row with faults. Exits 1 if a check fails.

  --plugin NAME   ecr, acr or gcr; can be repeated; what is recorded of the others stays
  --images N      images that are pulled at once (default 200)
  --processes N   processes that start at once (default 500)
  --runs N        runs in a row (default 10000)
  --lanes N       of these, how many take place at once; they mostly wait (default 8)
  --seed N        the same seed makes the same faults (default 1)
  --write         record the results in tools/load/results.json and in docs/performance.md
  --help
`;

const { values } = toolFlags(USAGE, {
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
