/**
 * Injects faults into every call of every plugin and identity: `node tools/e2e/src/faults/main.ts`. `--share 0.05` runs a part
 * of them, `--group framing --plugin ecr` (repeatable) only these, and `--only TEXT` those with this text in their name.
 * `--lanes 2` sets how many run at once; `--write` writes docs/reliability.md. Exits 1 if any expectation failed.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bringUpLoopback, DOCS, insideNamespace, replaceFile, runInNamespace } from "@imagecred/workspace";
import { playMatrix } from "./matrix.ts";
import { reliabilityPage } from "./page.ts";
import { layRoutes } from "./routes.ts";

if (!insideNamespace()) {
  const args = [import.meta.filename, ...process.argv.slice(2)];
  const { exitCode } = await runInNamespace(args, { output: "visible" });
  process.exit(exitCode ?? 1);
}
bringUpLoopback([]);
layRoutes();
replaceFile("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
/** Processes mostly wait for time limits and for each other. */
const LANES = 1 + availableParallelism();
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    share: { type: "string", default: "1" },
    group: { type: "string", multiple: true },
    plugin: { type: "string", multiple: true },
    only: { type: "string" },
    lanes: { type: "string", default: String(LANES) },
    write: { type: "boolean", default: false },
  },
});
const share = Number(values.share);
const { rows, broken } = await playMatrix({
  seed: values.seed,
  share,
  lanes: Number(values.lanes),
  ...(values.group === undefined ? {} : { groups: values.group }),
  ...(values.plugin === undefined ? {} : { plugins: values.plugin }),
  ...(values.only === undefined ? {} : { only: values.only }),
  tell: (line) => process.stdout.write(`${line}\n`),
});
const runs = rows.reduce((sum, row) => sum + row.runs, 0);
process.stdout.write(`${runs} runs, ${broken.length} faults that did not hold\n`);
if (values.write && broken.length === 0) {
  writeFileSync(
    join(DOCS, "reliability.md"),
    reliabilityPage(rows, new Date().toISOString().slice(0, 10), share),
  );
}
process.exit(broken.length === 0 ? 0 : 1);
