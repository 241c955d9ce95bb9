import { apiClient } from "../../cluster/api-client.ts";
import { clusterAccess } from "../../cluster/kubeconfig.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { durationMs } from "../../installation/bring-up.ts";
import { loadConfig, withoutContent } from "../../machine/load-config.ts";
import { withProgress } from "../../output/progress.ts";
import type { Platform } from "../../runtime/types.ts";
import type { Command } from "../command.ts";
import type { NodesOptions } from "./definition.ts";
import type { NodeReport, NodeState, NodesDocument } from "./document.ts";
import { renderNodes } from "./render.ts";
import { type ListedNode, listNodes, type MetricsResult, PERMISSIONS, readMetrics } from "./requests.ts";
import { formatMinor, HASH_SINCE, minorOf } from "./versions.ts";

const MOST_PARALLEL = 256;

export const nodes: Command<NodesOptions, NodesDocument> = {
  async run(options, platform) {
    const timeoutMs = durationMs("--timeout", options.timeout);
    const parallel = numberOf(options.parallel);
    const given = options.config === undefined ? undefined : hashOf(options.config, platform);
    const access = clusterAccess(options, platform);
    return withProgress(platform, options, `reaching ${access.cluster.server}`, async ({ say }) => {
      const api = await apiClient(access, platform);
      const listed = await listNodes(api, options.selector, timeoutMs);
      let done = 0;
      const results = await inParallel(listed, parallel, async ({ name }) => {
        const one = await readMetrics(api, name, timeoutMs);
        done += 1;
        say(`read the metrics of ${done} of ${listed.length} nodes`);
        return one;
      });
      const expected = given ?? mostOf(results);
      return {
        kind: "Nodes",
        server: api.server,
        context: access.context ?? null,
        expectedHash: expected ?? null,
        expectedFrom: given !== undefined ? "config" : expected === undefined ? null : "most-nodes",
        config: options.config ?? null,
        nodes: listed.map((node, index) => reportOf(node, results[index], expected)),
        notes: notes(listed, results),
      } satisfies NodesDocument;
    });
  },
  render: renderNodes,
  exitCode: ({ nodes: all }) => (all.every(({ state }) => state === "current") ? 0 : 1),
};

function numberOf(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= MOST_PARALLEL) return number;
  throw new UsageError(`--parallel ${text}: expected a number from 1 to ${MOST_PARALLEL}`);
}

function hashOf(config: string, platform: Platform): string {
  const reading = loadConfig(config, {}, platform);
  if (reading.hash !== undefined) return reading.hash;
  throw new CommandError(
    `reading ${config}: ${withoutContent(reading.kubeletError ?? "there is no file to hash")}`,
  );
}

/** Results in the order of the items; at most `limit` of them are processed at the same time. */
async function inParallel<T, Result>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** The hash that most nodes show; undefined if no node shows one. */
function mostOf(results: readonly MetricsResult[]): string | undefined {
  const counts = new Map<string, number>();
  for (const one of results) {
    const hash = "metrics" in one ? one.metrics.hash : undefined;
    if (hash !== undefined) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  }
  return [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))[0]?.[0];
}

function reportOf(
  node: ListedNode,
  result: MetricsResult | undefined,
  expected: string | undefined,
): NodeReport {
  const common = { name: node.name, kubeletVersion: node.kubeletVersion, ready: node.ready };
  if (result === undefined || !("metrics" in result)) {
    const problem = result?.problem ?? "its metrics were not read";
    return { ...common, state: "unknown", hash: null, kubeletStarted: null, plugins: [], problem };
  }
  const { hash, startedAt, plugins } = result.metrics;
  const minor = minorOf(node.kubeletVersion);
  const old = hash === undefined && minor !== undefined && minor < HASH_SINCE;
  const state: NodeState =
    hash !== undefined ? (hash === expected ? "current" : "different") : old ? "unknown" : "none";
  return {
    ...common,
    state,
    hash: hash ?? null,
    kubeletStarted: startedAt === undefined ? null : new Date(startedAt).toISOString(),
    plugins,
    problem: old
      ? `kubelets before ${formatMinor(HASH_SINCE)} do not show the hash of their configuration`
      : null,
  };
}

function notes(listed: readonly ListedNode[], results: readonly MetricsResult[]): readonly string[] {
  const forbidden = results.some((one) => "forbidden" in one && one.forbidden);
  return [
    ...(listed.length === 0 ? ["There are no nodes, or none with these labels."] : []),
    ...(forbidden ? [`This user may not read the metrics of some nodes: ${PERMISSIONS}.`] : []),
  ];
}
