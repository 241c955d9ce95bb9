import { withSection } from "@imagecred/workspace";
import type { Burst, Pulls, Soak } from "./index.ts";

/** The record of a run of the stage. */
export interface Results {
  readonly machine: string;
  readonly date: string;
  readonly seed: number;
  /** Runs in a row that took place at once. */
  readonly lanes: number;
  readonly rows: readonly {
    readonly plugin: string;
    readonly pulls: Pulls;
    readonly burst: Burst;
    readonly soak: Soak;
  }[];
}

const NUMBER = new Intl.NumberFormat("en-US");
const count = (value: number): string => NUMBER.format(Math.round(value));
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
const mib = (kib: number): string => (kib / 1024).toFixed(1);

/** The tables of the section, in Markdown, which a terminal shows as well. */
export function renderLoad({ machine, date, seed, lanes, rows }: Results): string {
  return `Recorded ${date} on ${machine}; the static executables, seed ${seed}.

**Many images at once** through the kubelet's own code (v1.37.2), which runs a plugin for each of them as long as nothing is cached:

| plugin | images | runs | time for all | without a credential at first | runs when they are asked for again |
| --- | ---: | ---: | ---: | ---: | ---: |
${rows.map(({ plugin, pulls }) => `| ${plugin} | ${count(pulls.images)} | ${count(pulls.runs)} | ${seconds(pulls.wallMs)} | ${pulls.later} | ${pulls.runsAgain} |`).join("\n")}

**Processes that start at once**, against a cloud that refuses as many requests with 429 or 503 and \`Retry-After: 1\`:

| plugin | processes | requests refused | with a credential | with an error | p50 | p99 |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.map(({ plugin, burst }) => `| ${plugin} | ${count(burst.processes)} | ${count(burst.throttled)} | ${count(burst.credentials)} | ${count(burst.errors)} | ${seconds(burst.p50Ms)} | ${seconds(burst.p99Ms)} |`).join("\n")}

**Runs in a row**, ${lanes} at a time, half of them with a fault (refusals, resets, cut and damaged responses):

| plugin | runs | with a credential | with an error | p50 ms | p99 ms | peak MiB, first tenth | last tenth |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.map(({ plugin, soak }) => `| ${plugin} | ${count(soak.runs)} | ${count(soak.credentials)} | ${count(soak.errors)} | ${soak.p50Ms.toFixed(1)} | ${count(soak.p99Ms)} | ${mib(soak.peakKib.first)} | ${mib(soak.peakKib.last)} |`).join("\n")}
`;
}

/** docs/performance.md with these results between its comments, which are empty before the first recorded run. @throws when the page has no place for them */
export function withLoad(page: string, results: Results): string {
  return withSection(page, "load", `\n## Under load\n\n${renderLoad(results)}\n`);
}
