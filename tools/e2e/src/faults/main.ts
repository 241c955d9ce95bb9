/**
 * Plays faults on every call of every plugin and identity: `node tools/e2e/src/faults/main.ts`, with `--share 0.05` a part of
 * them, with `--write` into docs/reliability.md. Exit 1 where anything did not hold.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bringUpLoopback, DOCS, insideNamespace, replaceFile, runInNamespace } from "@imagecred/workspace";
import { playMatrix } from "./matrix.ts";
import { reliabilityPage } from "./page.ts";

if (!insideNamespace()) {
  const args = [import.meta.filename, ...process.argv.slice(2)];
  const { exitCode } = await runInNamespace(args, { output: "visible" });
  process.exit(exitCode ?? 1);
}
bringUpLoopback([]);
replaceFile("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    share: { type: "string", default: "1" },
    write: { type: "boolean", default: false },
  },
});
const share = Number(values.share);
const { rows, broken } = await playMatrix(values.seed, share, (line) => process.stdout.write(`${line}\n`));
for (const { what, problem } of broken) process.stdout.write(`${what}\n  ${problem}\n\n`);
const runs = rows.reduce((sum, row) => sum + row.runs, 0);
process.stdout.write(`${runs} runs, ${broken.length} faults that did not hold\n`);
if (values.write && broken.length === 0) {
  writeFileSync(
    join(DOCS, "reliability.md"),
    reliabilityPage(rows, new Date().toISOString().slice(0, 10), share),
  );
}
process.exit(broken.length === 0 ? 0 : 1);
