import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "@imagecred/workspace";
import { GROUPS } from "./groups.ts";
import type { Row } from "./matrix.ts";

/** What `tools/fuzz` recorded last. */
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

const NUMBER = new Intl.NumberFormat("en-US");

/** docs/reliability.md. @param date of the run, `2026-11-27` @param share of the matrix that was run */
export function reliabilityPage(rows: readonly Row[], date: string, share: number): string {
  const fuzzed = JSON.parse(readFileSync(join(ROOT, "tools/fuzz/results.json"), "utf8")) as FuzzResults;
  const runs = rows.reduce((sum, row) => sum + row.runs, 0);
  const all = GROUPS.reduce((sum, { faults }) => sum + faults.length, 0);
  const table = rows.map(
    ({ plugin, group, runs, credentials, refusals, mostRequests, latestMs }) =>
      `| ${group} | ${plugin} | ${NUMBER.format(runs)} | ${NUMBER.format(credentials)} | ${NUMBER.format(refusals)} | ${mostRequests} | ${latestMs === 0 ? "before it" : `${latestMs} ms`} |`,
  );
  return `# What was tried, and held

<!-- Written by the run: npx node tools/e2e/src/faults/main.ts --write. Change tools/e2e/src/faults/page.ts, not this page. -->

Every call that a plugin makes was made to a server, a network or a clock that misbehaves: ${NUMBER.format(all)} faults,
byte by byte where that matters. Both executables of the plugin got the same fault, against fake clouds on the same machine. The first identity that makes a call gets
all of them, the others a twentieth: they make it with the same code.
In each run the process had to

- end with a credential (exit 0) or with exit 1, nothing on stdout and one line on stderr that names the plugin, what was being done and what came of it,
- never call it an internal error, and never repeat a secret,
- end 250 ms after its time limit at the latest (the time that the same file needs for \`--version\` comes before that limit begins),
- do the same on both runtimes: exit code, words and requests.

${NUMBER.format(runs)} runs on ${date}${share < 1 ? `, a random ${Math.round(share * 1000) / 10} % of the combinations of call and fault` : ""}:

| faults | plugin | runs | with a credential | with an error | most requests of one call | latest end after the limit |
| --- | --- | --- | --- | --- | --- | --- |
${table.join("\n")}

A fault that a client can put up with (an unusual header, a body in chunks) ends with a credential, and so does a fault of which the plugin
knows another way (public images without a password). What may pass is tried again, four times in all; metadata servers have [a rule of
their own](architecture.md).

| faults | what is in them | how many |
| --- | --- | --- |
${GROUPS.map(({ name, about, faults }) => `| ${name} | ${about} | ${faults.length} |`).join("\n")}

Name servers that do everything wrong have a judge of their own, glibc's resolver: \`tools/runtime/src/net/names/judged_by_glibc.rs\`.
Failures of the system (files, descriptors, processes, streams) are in \`tools/e2e/test/system-failures.test.ts\`, generated inputs of
other kinds in \`tools/e2e/src/agreement\`.

\`npm test -- faults\` makes the whole run; it takes hours on two cores. A sample of the same faults is part of every \`npm test\`.

## Hostile text

What reads text of others was given texts that were made of good ones by changing them at random (\`tools/fuzz\`): each was read, or refused
in one line; nothing ended in another way, and none took more than a second of the processor. ${fuzzed.date}, seed ${fuzzed.seed}:

| text | from | executions | read | refused |
| --- | --- | --- | --- | --- |
${fuzzed.targets.map(({ name, from, executions, accepted, refused }) => `| ${name} | ${from} | ${NUMBER.format(executions)} | ${NUMBER.format(accepted)} | ${NUMBER.format(refused)} |`).join("\n")}

\`npm run fuzz -w tools/fuzz -- --runs 1000000 --write\` makes more of them, with another \`--seed\` others. A few hundred of each are part of every
\`npm test\`, with a seed that is kept.
`;
}
