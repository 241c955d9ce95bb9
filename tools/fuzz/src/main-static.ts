/**
 * Fuzzes the static runtime's parsers with coverage and AddressSanitizer: `npm run fuzz:static -w tools/fuzz --
 * --runs 1000000 --seed 7`, `--target NAME` (repeated) for some parsers only, `--write` into results-static.json, the source
 * of docs/reliability.md. Prints a line for each; exits 1 with the fuzzer's report if an input breaks one.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildStaticFuzzer, fuzzStatic, staticTargets, whyNoStaticFuzzer } from "./static-runtime.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    target: { type: "string", multiple: true },
    write: { type: "boolean", default: false },
  },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
const missing = whyNoStaticFuzzer();
if (missing !== undefined) {
  console.error(missing);
  process.exit(1);
}
const fuzzer = buildStaticFuzzer();
const targets = staticTargets(fuzzer).filter(({ name }) => values.target?.includes(name) ?? true);
const recorded = targets.map((target) => {
  const result = fuzzStatic(fuzzer, target, { runs, seed });
  console.log(`${result.name}: ${result.executions} executions, ${result.edges} edges reached`);
  return result;
});
const results = { date: new Date().toISOString().slice(0, 10), seed, targets: recorded };
if (values.write)
  writeFileSync(
    join(import.meta.dirname, "../results-static.json"),
    `${JSON.stringify(results, undefined, 2)}\n`,
  );
