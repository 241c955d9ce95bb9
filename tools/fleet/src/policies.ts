import {
  type Clock,
  cacheSecondsUntil,
  createLogger,
  DEFAULT_TIMEOUT_MS,
  type Deadline,
  type Outcome,
  type Retry,
  retry,
  retryAfterMs,
  type TransportResponse,
} from "@imagecred/protocol";
import type { Random } from "./random.ts";
import type { Service } from "./services.ts";

/** The context of one run of a plugin: clock, time limit, random numbers. */
export interface Run {
  readonly clock: Clock;
  readonly random: Random;
  readonly deadline: Deadline;
}

/** A plugin's retry and cache behavior towards a cloud that a whole fleet uses. */
export interface Policy {
  readonly name: string;
  readonly about: string;
  /** Milliseconds for a whole run. */
  readonly timeoutMs: number;
  /** One call with its retries. @returns the last response */
  call(service: Service, send: () => Promise<TransportResponse>, run: Run): Promise<TransportResponse>;
  /** Seconds for which the kubelet may cache the response, 0 for none. Times in milliseconds since the epoch. */
  cacheSeconds(expiresAt: number, now: number, random: Random): number;
}

/** The kubelet kills a plugin after a minute. */
const KUBELET_TIMEOUT_MS = 60_000;

const log = createLogger({
  plugin: "fleet",
  settings: { level: "off", format: "human" },
  write: () => {},
  now: () => 0,
});

/** The plugins' own code: `retry`, the rule of the service and `cacheSecondsUntil`, with the simulation's clock and random numbers. */
export const OURS: Policy = {
  name: "imagecred",
  about: "the plugins' own code",
  timeoutMs: DEFAULT_TIMEOUT_MS,
  call: (service, send, run) => retrying(send, (outcome) => service.again(outcome, run.clock.now()), run),
  cacheSeconds: (expiresAt, now, random) => cacheSecondsUntil(expiresAt, now, random()),
};

async function retrying(
  send: () => Promise<TransportResponse>,
  again: (outcome: Outcome<TransportResponse>) => Retry | undefined,
  run: Run,
): Promise<TransportResponse> {
  return await retry(send, { retryIf: again }, { ...run, log });
}

/** A variant of ours that caches for a different duration. */
export function cachingFor(name: string, about: string, cacheSeconds: Policy["cacheSeconds"]): Policy {
  return { ...OURS, name, about, cacheSeconds };
}

/** Without jitter: half of the lifetime, to the second. */
export const WITHOUT_JITTER = cachingFor(
  "no jitter",
  "like imagecred, but cached for exactly half of the lifetime",
  (expiresAt, now) => Math.floor((expiresAt - now) / 2000),
);

/** A quarter of jitter instead of imagecred's tenth. */
export const A_QUARTER = cachingFor(
  "jitter of a quarter",
  "like imagecred, but minus up to a quarter",
  (expiresAt, now, random) => Math.floor(((expiresAt - now) / 2000) * (1 - random() * 0.25)),
);

/** No response is cached: the plugin runs for each pull. */
export const WITHOUT_CACHE = cachingFor(
  "no caching",
  "like imagecred, but responses are never cached",
  () => 0,
);

/** Whether a response is one that vendors' SDKs try again: throttling and 5xx. */
function isTransient(response: TransportResponse, service: Service): boolean {
  return response === service.throttled || response.status === 429 || response.status >= 500;
}

/** A vendor's back-off; undefined gives up. */
type Wait = (attempt: number, response: TransportResponse, run: Run) => number | undefined;

async function callAs(
  wait: Wait,
  service: Service,
  send: () => Promise<TransportResponse>,
  run: Run,
): Promise<TransportResponse> {
  for (let attempt = 1; ; attempt++) {
    const response = await send();
    const waitMs = isTransient(response, service) ? wait(attempt, response, run) : undefined;
    if (waitMs === undefined || waitMs >= run.deadline.remainingMs()) return response;
    await run.clock.sleep(waitMs);
  }
}

/**
 * cloud-provider-aws's plugin: the standard retryer of the AWS SDK for Go v2 (aws/retry/standard.go: 3 attempts; jitter_backoff.go: a random part of
 * 2^attempt seconds), and half of the life without jitter.
 */
export const AWS_VENDOR: Policy = {
  name: "vendor's plugin",
  about: "cloud-provider-aws: 3 attempts, up to 2 and 4 s apart; cached for half of the lifetime, no jitter",
  timeoutMs: KUBELET_TIMEOUT_MS,
  call: (service, send, run) =>
    callAs((attempt) => (attempt < 3 ? run.random() * 2 ** attempt * 1000 : undefined), service, send, run),
  cacheSeconds: (expiresAt, now) => (expiresAt - now) / 2000,
};

/**
 * cloud-provider-azure's plugin: azcore's retries for Entra ID (runtime/policy_retry.go: 3 more attempts, (2^attempt - 1) times 0.8 s with jitter, or
 * Retry-After), none for the registry; always 60 minutes.
 */
export const AZURE_VENDOR: Policy = {
  name: "vendor's plugin",
  about: "cloud-provider-azure: no retry at the registry; always cached for 60 minutes",
  timeoutMs: KUBELET_TIMEOUT_MS,
  call(service, send, run) {
    const wait: Wait = (attempt, response) => {
      if (service.name.startsWith("ACR") || attempt > 3) return undefined;
      const asked = retryAfterMs(response.headers["retry-after"], run.clock.now());
      return asked ?? Math.min(60_000, (2 ** attempt - 1) * 800 * (0.8 + run.random() / 2));
    };
    return callAs(wait, service, send, run);
  },
  cacheSeconds: () => 3600,
};

/** cloud-provider-gcp's plugin: no retry, and a response that is not cached. */
export const GOOGLE_VENDOR: Policy = {
  name: "vendor's plugin",
  about: "cloud-provider-gcp: no retry, no caching",
  timeoutMs: KUBELET_TIMEOUT_MS,
  call: (service, send, run) => callAs(() => undefined, service, send, run),
  cacheSeconds: () => 0,
};

/** The vendor's plugin for each of ours. */
export const VENDORS: Readonly<Record<"ecr" | "acr" | "gcr", Policy>> = {
  ecr: AWS_VENDOR,
  acr: AZURE_VENDOR,
  gcr: GOOGLE_VENDOR,
};
