import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "@imagecred/workspace";
import { GROUPS } from "./groups.ts";
import type { Row } from "./rows.ts";

/** The last results of `tools/fuzz`. */
interface FuzzResults {
  readonly date: string;
  readonly seed: number;
  readonly targets: readonly {
    readonly name: string;
    readonly from: string;
    readonly executions: number;
    readonly accepted: number;
    readonly refused: number;
  }[];
}

/** The last results of `npm run fuzz:static`. */
interface StaticFuzzResults {
  readonly date: string;
  readonly seed: number;
  readonly targets: readonly {
    readonly name: string;
    readonly from: string;
    readonly executions: number;
    readonly edges: number;
  }[];
}

/** The last recorded run of the faults. */
export interface FaultResults {
  /** `2026-11-27` */
  readonly date: string;
  /** The part of all combinations of request and fault that was run: 1 for all. */
  readonly share: number;
  readonly rows: readonly Row[];
}

const NUMBER = new Intl.NumberFormat("en-US");

/** Path of the recorded run, from the root of the repository. */
export const FAULT_RESULTS = "tools/e2e/src/faults/results.json";

/** docs/reliability.md, from the recorded runs of the faults and of `tools/fuzz`. */
export function reliabilityPage(): string {
  const { rows, date, share } = recorded<FaultResults>(FAULT_RESULTS);
  const fuzzed = recorded<FuzzResults>("tools/fuzz/results.json");
  const fuzzedStatic = recorded<StaticFuzzResults>("tools/fuzz/results-static.json");
  const runs = rows.reduce((sum, row) => sum + row.runs, 0);
  const all = GROUPS.reduce((sum, { faults }) => sum + faults.length, 0);
  const table = rows.map(
    ({ plugin, group, runs, credentials, refusals, mostRequests, latestMs }) =>
      `| ${group} | ${plugin} | ${NUMBER.format(runs)} | ${NUMBER.format(credentials)} | ${NUMBER.format(refusals)} | ${mostRequests} | ${latestMs === 0 ? "before the limit" : `${latestMs} ms`} |`,
  );
  return `# Reliability: the faults that are tested

<!-- Written by npx node tools/e2e/src/faults/main.ts --page. Change tools/e2e/src/faults/page.ts, not this page. -->

The test runs each plugin against fake clouds on the same machine and breaks every request that the plugin sends. There are ${NUMBER.format(all)} faults of servers, networks and clocks,
byte by byte where that matters. Both executables of the plugin, static and Node.js, get the same fault. If several identities make the same request with the same code, the first
is tested with all faults and the others with a twentieth of them.

In each run the process must:

- exit with 0 and a credential, or exit with 1, nothing on stdout and one line on stderr that contains the plugin, the action and the reason,
- never report an internal error, and never print a secret,
- exit at most 250 ms after its time limit (this does not count the time that the same file needs for \`--version\`),
- behave the same on both runtimes: exit code, messages and requests.

${NUMBER.format(runs)} runs on ${date}${share < 1 ? `, a random ${Math.round(share * 1000) / 10} % of the combinations of request and fault` : ""}:

| faults | plugin | runs | with a credential | with an error | most attempts of one request | latest exit after the time limit |
| --- | --- | --- | --- | --- | --- | --- |
${table.join("\n")}

A run ends with a credential if a client can accept the fault (an unusual header, a chunked body), or if the plugin
has another way (public images without a password). The plugin makes up to four attempts when a failure may be temporary. Metadata servers have [their
own retry rule](architecture.md#one-request).

| faults | contents | number |
| --- | --- | --- |
${GROUPS.map(({ name, about, faults }) => `| ${name} | ${about} | ${faults.length} |`).join("\n")}

Other tests cover:

- faulty name servers, compared with glibc's resolver: \`tools/runtime/src/net/names/judged_by_glibc.rs\`,
- system failures (files, descriptors, processes, streams): \`tools/e2e/test/system-failures.test.ts\`,
- other generated inputs: \`tools/e2e/src/agreement\`.

\`npm test -- faults\` runs all faults, which takes an hour on two cores. Every \`npm test\` runs a sample of them.

## Hostile text

\`tools/fuzz\` tests each parser that reads text from outside. It changes valid text at random. Every text was accepted, or rejected
with one line (for a plugin's response: with the kubelet's own words, in which \`imagecred\` escapes line breaks). No text crashed a parser or took more than one second of CPU time. ${fuzzed.date}, seed ${fuzzed.seed}:

| text | from | executions | accepted | rejected |
| --- | --- | --- | --- | --- |
${fuzzed.targets.map(({ name, from, executions, accepted, refused }) => `| ${name} | ${from} | ${NUMBER.format(executions)} | ${NUMBER.format(accepted)} | ${NUMBER.format(refused)} |`).join("\n")}

\`npm run fuzz -w tools/fuzz -- --runs 1000000 --write\` runs more texts, and another \`--seed\` runs different ones. Every \`npm test\` runs a few hundred texts for each parser,
with a fixed seed.

The static executables read names, addresses, HTTP, files and certificates in Rust. Those parsers run in libFuzzer, which looks for inputs that
reach new code, with AddressSanitizer, which ends the run at the first access outside of its memory. ${fuzzedStatic.date}, seed ${fuzzedStatic.seed}:

| parser | input from | executions | edges of the code reached |
| --- | --- | --- | --- |
${fuzzedStatic.targets.map(({ name, from, executions, edges }) => `| ${name} | ${from} | ${NUMBER.format(executions)} | ${NUMBER.format(edges)} |`).join("\n")}

No input ended a run. \`npm run fuzz:static -w tools/fuzz -- --runs 1000000 --write\` repeats it. It needs Linux on amd64, cargo and a C compiler. Miri is not part of it: it is not
in the toolchain that builds the executables.
`;
}

/** A file of recorded results. @param path from the root of the repository */
function recorded<T>(path: string): T {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8")) as T;
}
