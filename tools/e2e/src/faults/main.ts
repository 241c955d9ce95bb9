import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import {
  bringUpLoopback,
  DOCS,
  insideNamespace,
  ROOT,
  replaceFile,
  runInNamespace,
  toolFlags,
} from "@imagecred/workspace";
import { GROUPS } from "./groups.ts";
import { type Broken, playMatrix } from "./matrix.ts";
import { FAULT_RESULTS, type FaultResults, reliabilityPage } from "./page.ts";
import { layRoutes } from "./routes.ts";
import { mergeRows, type Row } from "./rows.ts";

/** Results of one process. */
interface Found {
  readonly rows: readonly Row[];
  readonly broken: readonly Broken[];
}

const USAGE = `Usage: npx node tools/e2e/src/faults/main.ts [flags]

Injects faults into every call of every plugin and identity, on both runtimes. Exits 1 if a fault did not hold.

  --share PART     a random part of all combinations, such as 0.05 (default 1, which takes an hour)
  --seed N         the same seed chooses the same part (default 1)
  --plugin NAME    ecr, acr or gcr; can be repeated
  --group NAME     of ${GROUPS.map(({ name }) => name).join(", ")}; can be repeated
  --only TEXT      faults with this text in their name
  --processes N    processes that run at once, each in a network of its own (default: the number of processors)
  --lanes N        runs of each process at once (default 3)
  --seconds N      end each process after this time
  --write          record the results and write docs/reliability.md
  --page           write docs/reliability.md from what is recorded
  --help
`;

const { values } = toolFlags(USAGE, {
  options: {
    seed: { type: "string", default: "1" },
    share: { type: "string", default: "1" },
    group: { type: "string", multiple: true },
    plugin: { type: "string", multiple: true },
    only: { type: "string" },
    processes: { type: "string", default: String(availableParallelism()) },
    lanes: { type: "string", default: "3" },
    seconds: { type: "string" },
    write: { type: "boolean", default: false },
    page: { type: "boolean", default: false },
    /** Of a process of ours: the number of its part, and the file for what it found. */
    part: { type: "string", default: "0" },
    found: { type: "string", default: "" },
  },
});
const share = Number(values.share);
const processes = Number(values.processes);
if (values.page) writePage();
else process.exitCode = insideNamespace() ? await playPart() : await playAll();

async function playAll(): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), "imagecred-faults-"));
  try {
    const files = Array.from({ length: processes }, (_, part) => join(scratch, `${part}.json`));
    const ended = files.map((file, part) => {
      const args = [import.meta.filename, ...process.argv.slice(2), `--part=${part}`, `--found=${file}`];
      const limit = values.seconds === undefined ? {} : { timeoutMs: Number(values.seconds) * 1000 };
      return runInNamespace(args, { output: "visible", ...limit });
    });
    for (const { exitCode } of await Promise.all(ended)) if (exitCode !== 0) return exitCode ?? 1;
    const found = files.map((file) => JSON.parse(readFileSync(file, "utf8")) as Found);
    return report(
      mergeRows(found.flatMap(({ rows }) => rows)),
      found.flatMap(({ broken }) => broken),
    );
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function report(rows: readonly Row[], broken: readonly Broken[]): number {
  const runs = rows.reduce((sum, row) => sum + row.runs, 0);
  process.stdout.write(`${runs} runs, ${broken.length} faults that did not hold\n`);
  for (const { what, problem } of broken) process.stdout.write(`✖ ${what}\n  ${problem}\n`);
  if (values.write && broken.length === 0) {
    const results: FaultResults = { date: new Date().toISOString().slice(0, 10), share, rows };
    writeFileSync(join(ROOT, FAULT_RESULTS), `${JSON.stringify(results, null, 2)}\n`);
    writePage();
  }
  return broken.length === 0 ? 0 : 1;
}

function writePage(): void {
  writeFileSync(join(DOCS, "reliability.md"), reliabilityPage());
}

async function playPart(): Promise<number> {
  bringUpLoopback([]);
  layRoutes();
  replaceFile("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
  const found: Found = await playMatrix({
    seed: values.seed,
    share,
    part: { k: Number(values.part), n: processes },
    lanes: Number(values.lanes),
    ...(values.group === undefined ? {} : { groups: values.group }),
    ...(values.plugin === undefined ? {} : { plugins: values.plugin }),
    ...(values.only === undefined ? {} : { only: values.only }),
    tell: (line) => process.stdout.write(`${line}\n`),
  });
  writeFileSync(values.found, JSON.stringify(found));
  return 0;
}
