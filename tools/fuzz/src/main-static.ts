import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ToolError, toolFlags } from "@imagecred/workspace";
import { buildStaticFuzzer, fuzzStatic, staticTargets, whyNoStaticFuzzer } from "./static-runtime.ts";

const USAGE = `Usage: npm run fuzz:static -w tools/fuzz -- [flags]

Fuzzes the static runtime's parsers with libFuzzer, which looks for inputs that reach new code, and AddressSanitizer. Prints a line
for each parser; exits 1 with the fuzzer's report if an input breaks one.

  --target NAME   only this parser; can be repeated
  --runs N        inputs for each parser (default 100000)
  --seed N        the same seed makes the same inputs (default 1)
  --write         record the results in tools/fuzz/results-static.json, a source of docs/reliability.md
                  (npx node tools/e2e/src/faults/main.ts --page)
  --help
`;

const { values } = toolFlags(USAGE, {
  options: {
    runs: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    target: { type: "string", multiple: true },
    write: { type: "boolean", default: false },
  },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
const missing = whyNoStaticFuzzer();
if (missing !== undefined) throw new ToolError(missing);
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
