import { kubeletRequest, runPlugin } from "@imagecred/e2e";
import { type Clouds, type Plugin, startClouds } from "@imagecred/fake-clouds";
import { bringUpLoopback, CLOUD, METADATA, nameHosts } from "@imagecred/workspace";
import { outcomeOf } from "./outcome.ts";
import type { Comparison, Network, Situation, Start } from "./situation.ts";
import { COMPARISONS } from "./situations/index.ts";

/** One run of one executable. */
export interface Run {
  /** In the words of `outcomeOf`. */
  readonly outcome: string;
  /** Its stderr, printed when a test fails. */
  readonly stderr: string;
  /** Milliseconds. */
  readonly wallMs: number;
}

/** The outcome of a situation. */
export interface Row {
  readonly plugin: Plugin;
  /** Title of the group. */
  readonly group: string;
  readonly name: string;
  readonly vendor: Run;
  readonly ours: Run;
}

/** The part that runs in one network namespace, one situation after another. */
export interface Lane {
  readonly plugin: Plugin;
  readonly group: string;
  readonly network: Network;
}

/** The executables that a lane runs. */
export interface Paths {
  readonly vendor: string;
  readonly ours: string;
}

/** Every lane, in the order of the tables. */
export function lanes(): readonly Lane[] {
  return COMPARISONS.flatMap(({ plugin, groups }) =>
    groups.flatMap(({ title, situations }) =>
      NETWORKS.filter((network) => situations.some((each) => networkOf(each) === network)).map((network) => ({
        plugin,
        group: title,
        network,
      })),
    ),
  );
}

const NETWORKS: readonly Network[] = ["as on a node", "IPv6 only"];

function networkOf({ network = "as on a node" }: Situation): Network {
  return network;
}

/** Milliseconds after which a run is ended; the kubelet gives a plugin a minute. */
const LIMIT_MS = 60_000;

/**
 * Runs a lane's situations through the vendor's plugin and ours. To be called in a network namespace of its own: the
 * vendors' plugins ask the metadata server at its real address, whatever the environment says.
 */
export async function runLane({ plugin, group, network }: Lane, paths: Paths): Promise<readonly Row[]> {
  const comparison = COMPARISONS.find((each) => each.plugin === plugin);
  const { situations = [] } = comparison?.groups.find(({ title }) => title === group) ?? {};
  if (comparison === undefined) throw new Error(`there are no situations for ${plugin}`);
  await using clouds = await startClouds({ listen: setUpNetwork(comparison, network) });
  const rows: Row[] = [];
  for (const situation of situations.filter((each) => networkOf(each) === network)) {
    const vendor = await runOnce(comparison, situation, clouds, paths.vendor);
    const ours = await runOnce(comparison, situation, clouds, paths.ours);
    rows.push({ plugin, group, name: situation.name, vendor, ours });
  }
  if (clouds.defects.length > 0) throw new AggregateError(clouds.defects, "the fake clouds are broken");
  return rows;
}

async function runOnce(
  comparison: Comparison,
  situation: Situation,
  clouds: Clouds,
  path: string,
): Promise<Run> {
  comparison.restore(clouds);
  await clouds.reset();
  const usual = await comparison.usual(clouds);
  const { image = comparison.image, arrange = () => ({}) } = situation;
  const {
    args,
    env,
    request,
    stdin = kubeletRequest(image, request),
  }: Start = {
    ...usual,
    ...(await arrange(clouds)),
  };
  const result = await runPlugin(path, {
    args: args ?? [],
    env: { SSL_CERT_FILE: clouds.core.caFile, ...env },
    stdin,
    timeoutMs: LIMIT_MS,
  });
  // The registry's own response is not part of the situation.
  await clouds.faults.clear();
  const outcome = await outcomeOf(comparison, situation, clouds, result, request?.apiVersion ?? "v1");
  return { outcome, stderr: result.stderr, wallMs: Math.round(result.wallMs) };
}

/** Gives the namespace a node's network. @returns where the fake services have to listen */
function setUpNetwork({ names, metadata, addresses = {} }: Comparison, network: Network) {
  const { service, ipv6 } = metadata;
  const inside = network === "IPv6 only" ? { cloud: "::1", metadata: ipv6 ?? "" } : undefined;
  const cloud = { ...CLOUD, address: inside?.cloud ?? CLOUD.address };
  const server = { ...METADATA, address: inside?.metadata ?? METADATA.address };
  const more = inside === undefined ? Object.entries(addresses) : [];
  bringUpLoopback([server.address, ...more.map(([, address]) => address)]);
  nameHosts(
    Object.fromEntries([
      ...names.clouds.map((name) => [name, cloud.address]),
      ...names.metadata.map((name) => [name, server.address]),
    ]),
  );
  return {
    tls: cloud,
    [service]: server,
    ...Object.fromEntries(more.map(([name, address]) => [name, { address, port: METADATA.port }])),
  };
}
