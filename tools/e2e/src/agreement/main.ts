/**
 * Compares the two runtimes on generated inputs: `node tools/e2e/src/agreement/main.ts --count 5000 --seed 7`. With
 * `--family NAME` (repeatable) only some kinds, with `--only NUMBER` one input of a sample. Exits 1 if there are findings.
 */
import { parseArgs } from "node:util";
import { bringUpLoopback, insideNamespace, replaceFile, runInNamespace } from "@imagecred/workspace";
import { compareRuntimes } from "./agreement.ts";
import { report } from "./report.ts";

if (!insideNamespace()) {
  const { exitCode } = await runInNamespace([import.meta.filename, ...process.argv.slice(2)], {
    output: "visible",
  });
  process.exit(exitCode ?? 1);
}
bringUpLoopback([]);
replaceFile("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "300" },
    family: { type: "string", multiple: true },
    only: { type: "string" },
  },
});
const { tried, findings } = await compareRuntimes({
  seed: values.seed,
  count: Number(values.count),
  ...(values.family === undefined ? {} : { families: values.family }),
  ...(values.only === undefined ? {} : { only: Number(values.only) }),
});
for (const finding of findings) process.stdout.write(`${report(finding)}\n\n`);
for (const [name, count] of tried) {
  const found = findings.filter(({ family }) => family === name).length;
  process.stdout.write(`${name}: ${count} tried, ${found} found\n`);
}
process.exit(findings.length === 0 ? 0 : 1);
