import { Deadline } from "@imagecred/protocol";
import { seededRandom } from "@imagecred/workspace";
import { Counts } from "./counts.ts";
import type { Policy, Run } from "./policies.ts";
import { between, type Random } from "./random.ts";
import type { Route } from "./routes.ts";
import { PODS_START_WITHIN_MS, type Scenario } from "./scenarios.ts";
import { ACCEPTED, CLOUD_LATENCY, FAILING, METADATA_LATENCY, type Service } from "./services.ts";
import { SimulatedClock } from "./simulated-clock.ts";
import { TokenBucket } from "./token-bucket.ts";

/** The outcome of a simulation. */
export interface Outcome {
  /** Requests to each service of the route, in its order. */
  readonly counts: readonly Counts[];
  /** Milliseconds from the first need of a credential to having one: one value for each need that was met, ascending. */
  readonly waitsMs: Float64Array;
  /** When the last need was met (milliseconds since the start). */
  readonly lastMs: number;
  /** Needs that were not met at the end. */
  readonly unmet: number;
  /** Runs of the plugin. */
  readonly runs: number;
}

/** A pod's sync after a failure: 10 seconds, up to half more (kubelet v1.37.2, pkg/kubelet/pod_workers.go, completeWork). */
const SYNC_AFTER_FAILURE_MS = { from: 10_000, to: 15_000 } as const;

/**
 * A fleet's nodes, each with a kubelet that behaves as v1.37.2 does. The plugin runs for each pod whose image has no cached credential, before the
 * image's back-off is checked (pkg/kubelet/images/image_manager.go, EnsureImageExists). So a pod that cannot be pulled runs it again every 10 to
 * 15 seconds. Two pods with different images run it twice at the same time (pkg/credentialprovider/plugin/plugin.go).
 * @param seed the same seed gives the same numbers
 */
export async function simulate(
  route: Route,
  scenario: Scenario,
  policy: Policy,
  seed: number,
): Promise<Outcome> {
  const random = seededRandom(seed);
  const clock = new SimulatedClock();
  const cloud = new Cloud(route, scenario, clock, random);
  const waits: number[] = [];
  let unmet = 0;
  let lastMs = 0;
  let runs = 0;

  const plugin = async (): Promise<number | undefined> => {
    runs++;
    const run: Run = { clock, random, deadline: new Deadline(policy.timeoutMs, clock) };
    if (route.metadata) await clock.sleep(between(METADATA_LATENCY.from, METADATA_LATENCY.to, random));
    for (const [index, service] of route.services.entries()) {
      const response = await policy.call(service, () => cloud.request(index), run);
      if (response.status !== 200) return undefined;
    }
    const now = clock.now();
    return clock.elapsed() + policy.cacheSeconds(now + route.lifeMs, now, random) * 1000;
  };

  /** A pod that needs the node's credential from now on, until there is one. */
  const pod = async (node: Node): Promise<void> => {
    while (node.credentialUntilMs === undefined) {
      const until = await plugin();
      if (until !== undefined) node.credentialUntilMs ??= until;
      else await clock.sleep(between(SYNC_AFTER_FAILURE_MS.from, SYNC_AFTER_FAILURE_MS.to, random));
    }
  };

  const need = async (node: Node, images: number): Promise<void> => {
    const since = clock.elapsed();
    const counted = since >= scenario.countFromMs;
    if (counted) unmet++;
    node.credentialUntilMs = undefined;
    const first = pod(node).then(() => {
      if (!counted) return;
      unmet--;
      lastMs = clock.elapsed();
      waits.push(lastMs - since);
    });
    const others = Array.from({ length: images - 1 }, async () => {
      await clock.sleep(between(0, PODS_START_WITHIN_MS, random));
      await pod(node);
    });
    await Promise.all([first, ...others]);
  };

  const life = async (index: number): Promise<void> => {
    await clock.sleep(scenario.bootAt(index, scenario.nodes, random));
    const node: Node = { credentialUntilMs: undefined };
    await need(node, scenario.imagesAtBoot);
    while (scenario.pulls !== undefined) {
      const until: number = node.credentialUntilMs ?? clock.elapsed();
      const next = scenario.pulls(until, random);
      if (next >= scenario.untilMs) return;
      await clock.sleep(next - clock.elapsed());
      await need(node, 1);
    }
  };

  for (let index = 0; index < scenario.nodes; index++) void life(index);
  await clock.run(scenario.untilMs);
  return { counts: cloud.counts, waitsMs: Float64Array.from(waits).sort(), lastMs, unmet, runs };
}

interface Node {
  /** Expiry of the kubelet's cached credential (milliseconds since the start); undefined while it has none. */
  credentialUntilMs: number | undefined;
}

/** The services of a route, each with its limit. */
class Cloud {
  readonly counts: readonly Counts[];
  readonly #services: readonly { readonly service: Service; readonly bucket: TokenBucket }[];
  readonly #scenario: Scenario;
  readonly #clock: SimulatedClock;
  readonly #random: Random;

  constructor(route: Route, scenario: Scenario, clock: SimulatedClock, random: Random) {
    this.#services = route.services.map((service) => ({ service, bucket: new TokenBucket(service.limit) }));
    this.counts = route.services.map(() => new Counts(scenario.countFromMs));
    this.#scenario = scenario;
    this.#clock = clock;
    this.#random = random;
  }

  /** One request to the service with this index. */
  async request(index: number) {
    await this.#clock.sleep(between(CLOUD_LATENCY.from, CLOUD_LATENCY.to, this.#random));
    const now = this.#clock.elapsed();
    const { service, bucket } = this.#services[index] ?? unknownService(index);
    const { outage } = this.#scenario;
    if (outage !== undefined && now >= outage.fromMs && now < outage.toMs) {
      this.counts[index]?.add(now, "failed");
      return FAILING;
    }
    const accepted = bucket.take(now);
    this.counts[index]?.add(now, accepted ? "accepted" : "throttled");
    return accepted ? ACCEPTED : service.throttled;
  }
}

function unknownService(index: number): never {
  throw new RangeError(`the route has no service ${index}`);
}
