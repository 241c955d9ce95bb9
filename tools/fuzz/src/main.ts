import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toolFlags } from "@imagecred/workspace";
import { fuzz } from "./fuzz.ts";
import { TARGETS } from "./targets.ts";

/** Per process: a process remembers every secret that it has seen, so it gets slower and slower. */
const RUNS_IN_A_PROCESS = 25_000;

/** What results.json says about a target. */
interface Row {
  readonly name: string;
  readonly from: string;
  readonly executions: number;
  readonly accepted: number;
  readonly refused: number;
}

const USAGE = `Usage: npm run fuzz -w tools/fuzz -- [flags]

Gives each parser of text from outside many damaged texts. Prints a line for each parser; exits 1 with the text that broke one.

  --target NAME   only this parser, such as image; can be repeated
  --runs N        texts for each parser (default 100000)
  --seed N        the same seed makes the same texts (default 1)
  --write         record each parser in tools/fuzz/results.json as it ends, a source of docs/reliability.md
                  (npx node tools/e2e/src/faults/main.ts --page)
  --help
`;

const { values } = toolFlags(USAGE, {
  options: {
    runs: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    target: { type: "string", multiple: true },
    write: { type: "boolean", default: false },
    /** Of a process of ours: prints its results as JSON. */
    part: { type: "boolean", default: false },
  },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
const targets = TARGETS.filter(({ name }) => values.target?.includes(name) ?? true);

if (values.part) {
  for (const target of targets) process.stdout.write(JSON.stringify(await fuzz(target, seed, runs)));
} else {
  for (const { name, from } of targets) {
    const sum = { executions: 0, accepted: 0, refused: 0, slowestMs: 0 };
    for (let part = 0; part * RUNS_IN_A_PROCESS < runs; part++) {
      const size = Math.min(RUNS_IN_A_PROCESS, runs - part * RUNS_IN_A_PROCESS);
      const args = ["--part", `--target=${name}`, `--runs=${size}`, `--seed=${seed + part}`];
      const { status, stdout } = spawnSync(
        process.execPath,
        [...process.execArgv, import.meta.filename, ...args],
        { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
      );
      if (status !== 0) process.exit(1);
      const { executions, accepted, refused, slowestMs } = JSON.parse(stdout) as typeof sum;
      sum.executions += executions;
      sum.accepted += accepted;
      sum.refused += refused;
      sum.slowestMs = Math.max(sum.slowestMs, slowestMs);
    }
    const { executions, accepted, refused, slowestMs } = sum;
    if (values.write) record({ name, from, executions, accepted, refused });
    process.stdout.write(
      `${name}: ${executions} executions, ${accepted} accepted, ${refused} refused, slowest ${Math.round(slowestMs)} ms\n`,
    );
  }
}

/** Puts the row of a target into results.json, where rows of another seed do not stay. */
function record(row: Row): void {
  const file = join(import.meta.dirname, "../results.json");
  const before = JSON.parse(readFileSync(file, "utf8")) as { seed: number; targets: Row[] };
  const rows = [row, ...(before.seed === seed ? before.targets : [])];
  const recorded = TARGETS.flatMap(({ name }) => rows.find((each) => each.name === name) ?? []);
  const results = { date: new Date().toISOString().slice(0, 10), seed, targets: recorded };
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
}
