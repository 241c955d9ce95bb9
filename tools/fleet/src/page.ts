import { findings } from "./findings.ts";
import { LIMITS } from "./limits.ts";
import { A_QUARTER, OURS, VENDORS, WITHOUT_CACHE, WITHOUT_JITTER } from "./policies.ts";
import { formatCount, renderScenario } from "./report.ts";
import type { Row } from "./results.ts";
import { SCENARIOS } from "./scenarios.ts";

/** docs/fleet.md, from the rows that {@link rowOf} gives. @param seed of the simulation */
export function fleetPage(rows: readonly Row[], seed: number): string {
  return `# A fleet, simulated

<!-- Written by the run: npx node tools/fleet/src/main.ts --write. Change tools/fleet/src/page.ts, not this page. -->

A cloud limits how many credentials an account may ask for in a second. One node never notices. Thousands of nodes that boot together do, and
so do nodes whose credentials expire together hours later. \`tools/fleet\` simulates up to ${formatCount(Math.max(...rows.map(({ nodes }) => nodes)))} nodes
against the limits that the clouds publish. The code that decides is the plugins' own: \`retry\` with its backoff and time limit, the rules for
what is tried again, and \`cacheSecondsUntil\` with its jitter, imported from \`packages/\` and given a simulated clock.

![Requests a second of a simulated fleet](fleet.svg)

\`\`\`console
$ npx node tools/fleet/src/main.ts
$ npx node tools/fleet/src/main.ts --scenario boot --nodes 0.1
\`\`\`

The first command prints the tables of this page and takes some minutes; the second simulates a tenth of the nodes in seconds. The same
\`--seed\` (here ${seed}) gives the same numbers on every machine.

## What it shows

${findings(rows)}

## The scenarios

"Throttled" is the part of the requests that the service refused because of its limit. The times are how long a node that needs a credential was
without one: half of the nodes (p50), 99 of 100, the last. Where a credential takes two services, both numbers are given, in the order of the calls.

${SCENARIOS.map(
  ({ id, name, about }) => `### ${name[0]?.toUpperCase()}${name.slice(1)}

${about[0]?.toUpperCase()}${about.slice(1)}.

${renderScenario(id, rows)}`,
).join("\n")}
## The policies

| policy | what it does |
| --- | --- |
${[
  [
    OURS.name,
    "4 attempts, 0.1 to 0.4 s apart with jitter, or after Retry-After; half of the credential's life, less up to a tenth of that",
  ],
  ...[A_QUARTER, WITHOUT_JITTER, WITHOUT_CACHE, ...Object.values(VENDORS)].map(({ name, about }) => [
    name,
    about,
  ]),
]
  .map((cells) => `| ${cells.join(" | ")} |`)
  .join("\n")}

The vendors' retries are those of the SDKs that their plugins are built with, as their source has them.

## The kubelet

A simulated kubelet does what v1.37.2 does. It runs the plugin once for each image that has no cached credential, at the same time for two pods with different
images. After a failure each pod runs it again 10 to 15 seconds later, also while the image is in back-off: the credential is looked up first. It never
runs the plugin for a credential that is cached.

## The limits

| limit | a second | at once | source |
| --- | ---: | ---: | --- |
${LIMITS.map(
  ({ name, perSecond, burst, source, supposed }) =>
    `| ${name} | ${formatCount(perSecond)} | ${formatCount(burst)} | ${supposed === undefined ? `[published](${source})` : `${supposed} ([how it throttles](${source}))`} |`,
).join("\n")}

These are defaults, and most can be raised on request. Each is a token bucket; a quota per minute holds a minute's requests. A throttled request
gets the service's own response: 400 with a throttling code from AWS, 429 from the others, with \`Retry-After: 60\` from Entra ID.

What is not in it: a node's own metadata server serves that node only, so its limit plays no part in a fleet, and a node of Google Cloud, which gets
its token there, has no limit that it shares. Responses take 20 to 80 ms; no request is lost.
`;
}
