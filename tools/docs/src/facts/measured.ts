import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DOCS } from "@imagecred/workspace";
import { textOf } from "../page.ts";
import { type Region, table } from "./table.ts";

/** The parts of pages that come from docs/performance.json, which `npm run bench -- --write` writes. */
interface Row {
  readonly label: string;
  readonly ours: boolean;
  readonly bytes: number;
  readonly runs: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMib: number;
}

interface Table {
  readonly plugin: "ecr" | "acr" | "gcr";
  readonly title: string;
  readonly latencyMs: number;
  readonly rows: readonly Row[];
}

interface Results {
  readonly date: string;
  readonly tables: readonly Table[];
}

const results = JSON.parse(readFileSync(join(DOCS, "performance.json"), "utf8")) as Results;

/** One plugin's rows, without added latency and with 20 ms on every request. */
function measured(plugin: Table["plugin"]) {
  const at = (latency: number) => {
    const found = results.tables.find((one) => one.plugin === plugin && one.latencyMs === latency);
    const row = (fits: (row: Row) => boolean) => found?.rows.find(fits);
    const [ours, nodejs, vendor] = [
      row((one) => one.ours && one.label === "static"),
      row((one) => one.ours && one.label === "nodejs"),
      row((one) => !one.ours),
    ];
    if (found === undefined || ours === undefined || nodejs === undefined || vendor === undefined)
      throw new Error(`performance.json has no ${plugin} at ${latency} ms`);
    return { title: found.title, ours, nodejs, vendor };
  };
  return { plain: at(0), slow: at(20) };
}

const PLUGINS = ["ecr", "acr", "gcr"] as const;
const MB = 1e6;
const megabytes = ({ bytes }: Row) => (bytes / MB).toFixed(1);
const share = (ours: number, theirs: number) => `${(ours / theirs).toFixed(2)}x`;

/** `cloud-provider-aws v1.37.1`: the benchmark's name for the measured plugin. */
function releaseOf({ label }: Row): string {
  const [, name, version] = /^Go \((.+)@(.+)\)$/.exec(label) ?? [];
  if (name === undefined || version === undefined) throw new Error(`${label} names no release`);
  return `${name} ${version.replace(/^v0\.0\.0-\d+-/, "at ")}`;
}

/** The cost of one request with the static executables: the README's table. */
function costs(): string {
  const rows = PLUGINS.map((plugin) => {
    const { plain, slow } = measured(plugin);
    return [
      plain.title,
      plain.ours.wallMs.toFixed(1),
      share(plain.ours.wallMs, plain.vendor.wallMs),
      share(slow.ours.wallMs, slow.vendor.wallMs),
      share(plain.ours.cpuMs, plain.vendor.cpuMs),
      share(plain.ours.peakMib, plain.vendor.peakMib),
      `${megabytes(plain.ours)} MB`,
    ];
  });
  const head = [
    "one run, whole process, static executable",
    "wall time, ms",
    "wall time, relative to the Go plugin",
    "the same, with 20 ms added to each HTTP request",
    "CPU time, relative",
    "peak memory, relative",
    "file size",
  ];
  return table(head, rows, [1, 2, 3, 4, 5, 6]);
}

/** Both plugins' numbers for docs/comparison.md. */
function sideBySide(): string {
  const rows = PLUGINS.flatMap((plugin) => {
    const { plain, slow } = measured(plugin);
    return (["vendor", "ours", "nodejs"] as const).map((who) => [
      plain.title,
      { vendor: releaseOf(plain.vendor), ours: "imagecred static", nodejs: "imagecred Node.js build" }[who],
      plain[who].wallMs.toFixed(1),
      slow[who].wallMs.toFixed(1),
      plain[who].cpuMs.toFixed(1),
      plain[who].peakMib.toFixed(1),
      megabytes(plain[who]),
    ]);
  });
  const head = [
    "one run",
    "executable",
    "wall ms",
    "with 20 ms on every request",
    "CPU ms",
    "peak MiB",
    "file MB",
  ];
  return table(head, rows, [2, 3, 4, 5, 6]);
}

const MIGRATE = { ecr: "ecr-credential-provider", acr: "acr-credential-provider", gcr: "auth-provider-gcp" };

/** Number of situations that were compared, and of those with the same outcome, counted in the tables of docs/migrate. */
function situations(): string {
  const rows = PLUGINS.map((plugin) => {
    const page = `migrate/${MIGRATE[plugin]}.md`;
    const [, own = ""] = /<!-- situations: .*? -->(.*?)<!-- end of situations -->/s.exec(textOf(page)) ?? [];
    const lines = own.split("\n").filter((line) => /^\| (?!---|situation \|)/.test(line));
    const all = lines.map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
    // A row without a reason for a difference.
    const same = all.filter((row) => row[4] === "").length;
    if (same === 0) throw new Error(`docs/${page} has no situations`);
    return [
      `[${MIGRATE[plugin]}](${page}#side-by-side)`,
      releaseOf(measured(plugin).plain.vendor),
      `${all.length}`,
      `${same}`,
      `${all.length - same}`,
    ];
  });
  const head = ["plugin", "compared with", "situations", "same result", "different on purpose"];
  return table(head, rows, [2, 3, 4]);
}

/** Size of the largest static and the largest Node.js executable, rounded up to whole megabytes. */
function sizes(): { readonly ours: number; readonly nodejs: number } {
  const of = (who: "ours" | "nodejs") =>
    Math.ceil(Math.max(...PLUGINS.map((plugin) => measured(plugin).plain[who].bytes)) / MB);
  return { ours: of("ours"), nodejs: of("nodejs") };
}

export const SIZES = sizes();

export const MEASURED: readonly Region[] = [
  { page: "../README.md", name: "costs", content: costs() },
  { page: "comparison.md", name: "measured", content: sideBySide() },
  { page: "comparison.md", name: "situations", content: situations() },
];
