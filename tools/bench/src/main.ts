import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildAll, parseOptions } from "@imagecred/executables";
import type { Clouds } from "@imagecred/fake-clouds";
import {
  bringUpLoopback,
  CACHE,
  CLOUD,
  DOCS,
  executablePath,
  insideNamespace,
  METADATA,
  nameHosts,
  notInstalled,
  runInNamespace,
  ToolError,
  toolFlags,
  withSection,
} from "@imagecred/workspace";
import { compare } from "./compare.ts";
import { CONDITIONS } from "./conditions.ts";
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
import { type Profile, profile, renderProfiles } from "./profile.ts";
import { brokenLimits, growth, PHASES_NOTE, renderTable } from "./report.ts";
import type { Results, StarvedTable, Table } from "./results.ts";
import { PLUGINS, type PluginName, SCENARIOS, type Scenario } from "./scenarios.ts";
import { compareStarved } from "./starved.ts";
import { renderStarved } from "./starved-report.ts";

const USAGE = `Usage: npm run bench -- [flags]

Measures our executables (dist/) and the cloud vendors' Go plugins, whole processes, interleaved, medians.

  --plugin ecr,acr,gcr   which plugins (default: all that are built)
  --against PATH         this executable instead of the vendor's; with one --plugin. "none": ours alone
  --baseline DIR         another build's dist/ instead of the vendor's plugins: before and after a change
  --runs N               runs of each executable per table (default 50)
  --latency 0,20         milliseconds added to every request, a table for each (default 0,20)
  --starved              instead of the usual tables: an empty page cache, 16 MiB of memory, 0.1 CPU (as root)
  --profile              instead of the usual tables: what the CPU time of the static executables goes to (needs perf)
  --check                exit 1 when a static executable costs more than its limit; with --baseline, when any of ours
                         costs more than ${MAX_GROWTH} times as much as before
  --write                write docs/performance.md (its tables), .json and .svg; with --starved or
                         --profile, that section of the page
  --help

Needs Linux with \`unshare\` and \`ip\` (root or user namespaces), a Rust toolchain, and Go for the vendors' plugins.
`;

const { values: flags } = toolFlags(USAGE, {
  options: {
    plugin: { type: "string", default: PLUGINS.join(",") },
    against: { type: "string" },
    baseline: { type: "string" },
    runs: { type: "string", default: "50" },
    latency: { type: "string", default: "0,20" },
    starved: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
/** Executables with the names of their functions. */
const NAMED = join(CACHE, "bench", "named");
const scratch = mkdtempSync(join(tmpdir(), "imagecred-bench-"));
process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
if (!insideNamespace()) {
  // Build outside the namespace, which has no network to fetch crates and modules.
  buildLauncher(); // and the bare client, in the same crate
  if (flags.profile) {
    const missing = notInstalled("perf");
    if (missing !== undefined) throw new ToolError(missing);
    await buildAll(parseOptions(["--profile=named", "--runtime=static", `--out=${NAMED}`]));
  } else if (flags.against === undefined && flags.baseline === undefined)
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
  if (flags.starved) return await starved(launcher);
  if (flags.profile) return await profiled(launcher);
  const tables: Table[] = [];
  for (const plugin of chosenPlugins()) tables.push(...(await benchmark(launcher, plugin)));
  const results: Results = { ...thisMachine(), tables };
  if (flags.write) writeDocuments(results);
  const broken = flags.baseline === undefined ? brokenLimits(results) : growth(results);
  for (const line of broken) console.log(`✖ ${line}`);
  return flags.check && broken.length > 0 ? 1 : 0;
}

async function starved(launcher: string): Promise<number> {
  const runs = Number(flags.runs);
  const rendered: string[] = [];
  for (const plugin of chosenPlugins()) {
    const tables = await withClouds(plugin, async (scenario, clouds, contenders) => {
      const measured: StarvedTable[] = [];
      for (const condition of CONDITIONS)
        measured.push(await compareStarved(launcher, scenario, clouds, contenders, { condition, runs }));
      return measured;
    });
    if (tables.length === 0) continue;
    rendered.push(renderStarved(tables));
    console.log(rendered.at(-1));
  }
  if (flags.write) writeSection("starved", `${measuredOn()}\n\n${rendered.join("\n")}`);
  return 0;
}

async function profiled(launcher: string): Promise<number> {
  const profiles: Profile[] = [];
  for (const plugin of chosenPlugins()) {
    const measured = await withClouds(plugin, async (scenario, clouds, [named]) =>
      named === undefined ? [] : [await profile(launcher, scenario, clouds, named, Number(flags.runs))],
    );
    profiles.push(...measured);
  }
  const rendered = renderProfiles(profiles);
  console.log(rendered);
  if (flags.write) writeSection("profile", `${measuredOn()}\n\n${rendered}`);
  return 0;
}

async function benchmark(launcher: string, plugin: PluginName): Promise<readonly Table[]> {
  return await withClouds(plugin, async (scenario, clouds, contenders) => {
    const tables: Table[] = [];
    for (const latency of flags.latency.split(",").map(Number)) {
      const table = await compare(launcher, scenario, clouds, contenders, {
        runs: Number(flags.runs),
        latencyMs: latency,
      });
      console.log(renderTable(table));
      tables.push(table);
    }
    return tables;
  });
}

/** Starts the plugin's cloud, reachable by its real names, for what is measured. @returns nothing if there is nothing to measure */
async function withClouds<T>(
  plugin: PluginName,
  measure: (scenario: Scenario, clouds: Clouds, contenders: readonly Contender[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
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
  try {
    return await measure(scenario, clouds, contenders);
  } finally {
    await clouds.close();
  }
}

function contendersFor(plugin: PluginName): readonly Contender[] {
  const scenario = SCENARIOS[plugin];
  if (flags.profile)
    return [otherContender(executablePath(scenario.executable, "static", { dist: NAMED }), "named")];
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
  writeSection(
    "tables",
    `${measuredOn(results)}\n\n${results.tables.map(renderTable).join("\n")}\n${PHASES_NOTE}\n`,
  );
}

function measuredOn({ date, machine }: Pick<Results, "date" | "machine"> = thisMachine()): string {
  return `Measured ${date} on ${machine}; ${flags.runs} runs of each, medians.`;
}

function thisMachine(): Pick<Results, "date" | "machine"> {
  return { machine: describeMachine(), date: new Date().toISOString().slice(0, 10) };
}

/** Replaces a section of docs/performance.md. */
function writeSection(name: string, content: string): void {
  const path = join(DOCS, "performance.md");
  writeFileSync(path, withSection(readFileSync(path, "utf8"), name, `\n${content}\n`));
}
