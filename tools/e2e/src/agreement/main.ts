import {
  bringUpLoopback,
  insideNamespace,
  replaceFile,
  runInNamespace,
  toolFlags,
} from "@imagecred/workspace";
import { compareRuntimes } from "./agreement.ts";
import { report } from "./report.ts";

const USAGE = `Usage: npx node tools/e2e/src/agreement/main.ts [flags]

Gives the two runtimes of each plugin the same generated inputs and compares what they do. Exits 1 if there are findings.

  --count N       inputs of each family (default 300)
  --seed N        the same seed makes the same inputs (default 1)
  --family NAME   only this kind of input; can be repeated
  --only N        only this one of a sample
  --help
`;

const { values } = toolFlags(USAGE, {
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "300" },
    family: { type: "string", multiple: true },
    only: { type: "string" },
  },
});
if (!insideNamespace()) {
  const { exitCode } = await runInNamespace([import.meta.filename, ...process.argv.slice(2)], {
    output: "visible",
  });
  process.exit(exitCode ?? 1);
}
bringUpLoopback([]);
replaceFile("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
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
