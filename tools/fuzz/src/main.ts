/**
 * Hostile input in quantity: `npm run fuzz -w tools/fuzz -- --runs 1000000 --seed 7`, `--target image` (repeated) for some targets
 * only, `--write` into results.json, the source of docs/reliability.md. Prints a line for each; exits 1 with the text that broke one.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";
import { TARGETS } from "./targets.ts";

/** Per process: a process remembers every secret that it has seen, so it gets slower and slower. */
const RUNS_IN_A_PROCESS = 25_000;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    target: { type: "string", multiple: true },
    part: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
const targets = TARGETS.filter(({ name }) => values.target?.includes(name) ?? true);

if (values.part) {
  for (const target of targets) process.stdout.write(JSON.stringify(await fuzz(target, seed, runs)));
} else {
  const recorded: object[] = [];
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
    recorded.push({ name, from, executions, accepted, refused });
    process.stdout.write(
      `${name}: ${executions} executions, ${accepted} accepted, ${refused} refused, slowest ${Math.round(slowestMs)} ms\n`,
    );
  }
  const results = { date: new Date().toISOString().slice(0, 10), seed, targets: recorded };
  const file = join(import.meta.dirname, "../results.json");
  if (values.write) writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
}
