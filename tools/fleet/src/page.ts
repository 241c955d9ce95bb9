import { findings } from "./findings.ts";
import { LIMITS } from "./limits.ts";
import { A_QUARTER, OURS, VENDORS, WITHOUT_CACHE, WITHOUT_JITTER } from "./policies.ts";
import { formatCount, renderScenario } from "./report.ts";
import type { Row } from "./results.ts";
import { SCENARIOS } from "./scenarios.ts";

/** docs/fleet.md, from the rows that {@link rowOf} returns. @param seed of the simulation */
export function fleetPage(rows: readonly Row[], seed: number): string {
  return `# A fleet, simulated

<!-- Written by the run: npx node tools/fleet/src/main.ts --write. Change tools/fleet/src/page.ts, not this page. -->

A cloud limits how many credentials an account can request per second. A single node never reaches the limit. Thousands of nodes can reach it when
they boot together, or hours later when their credentials expire together. \`tools/fleet\` simulates up to ${formatCount(Math.max(...rows.map(({ nodes }) => nodes)))} nodes
against the limits that the clouds publish. It runs the plugins' own code from \`packages/\` with a simulated clock: \`retry\` with its backoff and
time limit, the rules for retries, and \`cacheSecondsUntil\` with its jitter.

![Requests a second of a simulated fleet](fleet.svg)

\`\`\`console
$ npx node tools/fleet/src/main.ts
$ npx node tools/fleet/src/main.ts --scenario boot --nodes 0.1
\`\`\`

The first command prints the tables of this page and takes some minutes. The second simulates a tenth of the nodes in seconds. The same
\`--seed\` (here ${seed}) gives the same numbers on every machine.

## What it shows

${findings(rows)}

## The scenarios

"Throttled" is the share of the requests that the service refused because of its limit. The times show how long nodes waited for a credential:
the median (p50), the 99th percentile (p99) and the last node. If a credential needs two services, both numbers are given, in the order of the calls.

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
    "4 attempts, 0.1 to 0.4 s apart with jitter, or after Retry-After; cached for half of the credential's lifetime, minus up to a tenth of that",
  ],
  ...[A_QUARTER, WITHOUT_JITTER, WITHOUT_CACHE, ...Object.values(VENDORS)].map(({ name, about }) => [
    name,
    about,
  ]),
]
  .map((cells) => `| ${cells.join(" | ")} |`)
  .join("\n")}

The vendors' retries follow the source of the SDKs that their plugins are built with.

## The kubelet

A simulated kubelet behaves like v1.37.2. It runs the plugin once for each image that has no cached credential, in parallel for pods with different
images. After a failure it runs the plugin again for each pod 10 to 15 seconds later, even while the image is in back-off, because it gets the credential
before it checks the back-off. It never runs the plugin for a credential that is cached.

## The limits

| limit | requests per second | burst | source |
| --- | ---: | ---: | --- |
${LIMITS.map(
  ({ name, perSecond, burst, source, supposed }) =>
    `| ${name} | ${formatCount(perSecond)} | ${formatCount(burst)} | ${supposed === undefined ? `[published](${source})` : `${supposed} ([how it throttles](${source}))`} |`,
).join("\n")}

These are defaults, and most can be raised on request. Each is a token bucket. The bucket of a quota per minute holds a minute's requests. A throttled request
gets the service's own response: 400 with a throttling code from AWS, 429 from the others, with \`Retry-After: 60\` from Entra ID.

The limits of metadata servers are not simulated, because each server serves only its own node. A node of Google Cloud gets its token there, so it shares
no limit with other nodes. Responses take 20 to 80 ms; no request is lost.
`;
}
