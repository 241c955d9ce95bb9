import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  bringUpLoopback,
  CLOUD,
  DOCS,
  insideNamespace,
  METADATA,
  nameHosts,
  runInNamespace,
} from "@imagecred/workspace";
import { compare } from "./compare.ts";
import {
  type Contender,
  otherContender,
  ourContenders,
  vendorContender,
  withBaseline,
} from "./contenders.ts";
import { MAX_GROWTH } from "./limits.ts";
import { describeMachine } from "./machine.ts";
import { buildLauncher } from "./measure.ts";
import { drawPicture } from "./picture.ts";
import { brokenLimits, growth, PHASES_NOTE, renderTable } from "./report.ts";
import type { Results, Table } from "./results.ts";
import { PLUGINS, type PluginName, SCENARIOS } from "./scenarios.ts";

const USAGE = `Usage: npm run bench -- [flags]

Measures our executables (dist/) and the cloud vendors' Go plugins, whole processes, interleaved, medians.

  --plugin ecr,acr,gcr   which plugins (default: all that are built)
  --against PATH         this executable instead of the vendor's; with one --plugin. "none": ours alone
  --baseline DIR         another build's dist/ instead of the vendor's plugins: before and after a change
  --runs N               runs of each executable per table (default 50)
  --latency 0,20         milliseconds added to every request, a table for each (default 0,20)
  --check                exit 1 when a static executable costs more than its limit; with --baseline, when any of ours
                         costs more than ${MAX_GROWTH} times as much as before
  --write                write docs/performance.md (its tables), .json and .svg
  --help

Needs Linux with \`unshare\` and \`ip\` (root or user namespaces), a Rust toolchain, and Go for the vendors' plugins.
`;

const { values: flags } = parseArgs({
  options: {
    plugin: { type: "string", default: PLUGINS.join(",") },
    against: { type: "string" },
    baseline: { type: "string" },
    runs: { type: "string", default: "50" },
    latency: { type: "string", default: "0,20" },
    check: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const scratch = mkdtempSync(join(tmpdir(), "imagecred-bench-"));
process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
if (flags.help) {
  console.log(USAGE);
} else if (!insideNamespace()) {
  // Build outside the namespace, which has no network to fetch crates and modules.
  buildLauncher();
  if (flags.against === undefined && flags.baseline === undefined)
    for (const plugin of chosenPlugins()) vendorContender(SCENARIOS[plugin]);
  const { exitCode } = await runInNamespace(process.argv.slice(1), { output: "visible" });
  process.exitCode = exitCode ?? 1;
} else {
  process.exitCode = await main();
}

function chosenPlugins(): readonly PluginName[] {
  return flags.plugin.split(",").map((name) => {
    const found = PLUGINS.find((plugin) => plugin === name);
    if (found === undefined) throw new Error(`--plugin ${name}: expected some of ${PLUGINS.join(",")}`);
    return found;
  });
}

async function main(): Promise<number> {
  const launcher = buildLauncher();
  bringUpLoopback();
  const tables: Table[] = [];
  for (const plugin of chosenPlugins()) tables.push(...(await benchmark(launcher, plugin)));
  const results: Results = {
    machine: describeMachine(),
    date: new Date().toISOString().slice(0, 10),
    tables,
  };
  if (flags.write) writeDocuments(results);
  const broken = flags.baseline === undefined ? brokenLimits(results) : growth(results);
  for (const line of broken) console.log(`✖ ${line}`);
  return flags.check && broken.length > 0 ? 1 : 0;
}

async function benchmark(launcher: string, plugin: PluginName): Promise<Table[]> {
  const scenario = SCENARIOS[plugin];
  const contenders = contendersFor(plugin);
  if (contenders.length === 0) {
    console.log(`${plugin}: nothing is built; npm run build`);
    return [];
  }
  const hosts: Record<string, string> = {};
  for (const name of scenario.cloudHosts) hosts[name] = CLOUD.address;
  for (const name of scenario.metadataHosts) hosts[name] = METADATA.address;
  nameHosts(hosts);
  const clouds = await scenario.start();
  const tables: Table[] = [];
  try {
    for (const latency of flags.latency.split(",").map(Number)) {
      const table = await compare(launcher, scenario, clouds, contenders, {
        runs: Number(flags.runs),
        latencyMs: latency,
      });
      console.log(renderTable(table));
      tables.push(table);
    }
  } finally {
    await clouds.close();
  }
  return tables;
}

function contendersFor(plugin: PluginName): readonly Contender[] {
  const scenario = SCENARIOS[plugin];
  if (flags.baseline !== undefined) return withBaseline(scenario, resolve(flags.baseline), scratch);
  const other = otherThanOurs(plugin);
  return other === undefined ? ourContenders(scenario) : [...ourContenders(scenario, other.label), other];
}

function otherThanOurs(plugin: PluginName): Contender | undefined {
  if (flags.against === "none") return undefined;
  if (flags.against !== undefined) return otherContender(resolve(flags.against), flags.against);
  const vendor = vendorContender(SCENARIOS[plugin]);
  if (vendor === undefined) console.log(`${plugin}: no Go plugin to compare with`);
  return vendor;
}

/** The tables and {@link PHASES_NOTE} go between two comments of docs/performance.md; the text around them is written by hand. */
function writeDocuments(results: Results): void {
  writeFileSync(join(DOCS, "performance.json"), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(join(DOCS, "performance.svg"), drawPicture(results));
  const page = readFileSync(join(DOCS, "performance.md"), "utf8");
  const generated = `Measured ${results.date} on ${results.machine}; ${flags.runs} runs of each, medians.\n\n${results.tables.map(renderTable).join("\n")}\n${PHASES_NOTE}\n`;
  const written = page.replace(
    /(<!-- tables -->\n)[\s\S]*(<!-- end of tables -->)/,
    (_, start, end) => `${start}\n${generated}\n${end}`,
  );
  writeFileSync(join(DOCS, "performance.md"), written);
}
