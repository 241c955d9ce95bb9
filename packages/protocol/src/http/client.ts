import type { Clock } from "../clock.ts";
import { CredentialError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { redact } from "../redact.ts";
import type { Deadline } from "./deadline.ts";
import { isLinkLocalHost, isLoopbackHost, unbracketed } from "./ip.ts";
import { DEFAULT_ATTEMPTS, type Outcome, type Retry, retry, retryAfterMs } from "./retry.ts";
import {
  type Target,
  type TlsOptions,
  type Transport,
  TransportError,
  type TransportResponse,
} from "./transport.ts";

/** Response bodies are parsed, not trusted: no credential answer comes near this. */
export const MAX_RESPONSE_BYTES = 1024 * 1024;

const CLOUD_CONNECT_TIMEOUT_MS = 5_000;
const CLOUD_TIMEOUT_MS = 10_000;
const METADATA_CONNECT_TIMEOUT_MS = 1_000;

/** The metadata servers' names; everything else that is asked as one must be a link-local or loopback address. */
const METADATA_NAMES = new Set(["metadata.google.internal", "metadata.google.internal.", "metadata"]);

/** One request, with the names that messages and logs use for it. */
export interface HttpRequest {
  /** Who is asked, as the cloud calls it: "Amazon ECR". For messages and logs. */
  readonly service: string;
  /** What is asked for, as the API calls it: "GetAuthorizationToken". */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "HEAD";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly tls?: TlsOptions;
  /** Milliseconds for one attempt; the deadline's rest when that is shorter. */
  readonly timeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** Attempts in all, 4 unless told. */
  readonly attempts?: number;
  /** Replaces the rule "429, 5xx and broken exchanges are tried again". */
  readonly again?: (outcome: Outcome<TransportResponse>) => Retry | undefined;
  /**
   * Other responses that are worth another attempt, of a metadata server: a 404 right after boot. A Retry with `pauseMs` does
   * not count as one of the four attempts: the caller ends it.
   */
  readonly alsoRetry?: (response: TransportResponse) => Retry | undefined;
  /** Never through a proxy, even for a cloud API (an API server on the node's own network). */
  readonly direct?: boolean;
}

/** HTTP with the rules that all calls share: where credentials may go, proxies, limits, retries, the deadline. */
export interface HttpClient {
  /**
   * Asks a cloud API: https (http to loopback only), through the proxy of the environment, retried within the deadline.
   * Any status is an answer; the caller reads it. @throws {CredentialError} when no answer came
   */
  cloud(request: HttpRequest): Promise<TransportResponse>;
  /**
   * Asks a metadata server: plain http to a link-local or loopback address or the fixed names, never through a proxy,
   * with short limits. @throws {CredentialError} when no answer came
   */
  metadata(request: HttpRequest): Promise<TransportResponse>;
  /** Starts opening the connection that a later `cloud` request to the same origin will use. */
  preconnect(url: string, tls?: TlsOptions): void;
  /** Resolves when the first request is on its way: the moment for loading code that the next one needs. */
  firstSent(): Promise<void>;
}

/** What {@link createHttpClient} builds a client from. */
export interface HttpClientSetup {
  readonly transport: Transport;
  /** The proxy for a URL, undefined for a direct connection: see `proxyRules`. */
  readonly proxyFor: (url: URL) => string | undefined;
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly random: () => number;
  readonly log: Logger;
  readonly userAgent: string;
}

/** The HTTP client of one run. Its requests share the deadline of `setup`. */
export function createHttpClient(setup: HttpClientSetup): HttpClient {
  let metadataAnswered = false;
  return {
    async cloud(request) {
      const url = checkedCloudUrl(request.url);
      const target = cloudTarget(url, request.tls, setup.proxyFor, request.direct === true);
      return exchange(setup, request, target, CLOUD_TIMEOUT_MS, CLOUD_CONNECT_TIMEOUT_MS);
    },
    async metadata(request) {
      const url = checkedMetadataUrl(request.url);
      const again = request.again ?? metadataRetry(setup.clock, () => metadataAnswered, request.alsoRetry);
      const attempts =
        request.attempts ?? (request.again === undefined ? Number.MAX_SAFE_INTEGER : DEFAULT_ATTEMPTS);
      const target = { url: url.href };
      // Once connected, an attempt may use all the time that is left: a busy server answers late.
      const timeoutMs = setup.deadline.totalMs;
      const asked = { ...request, again, attempts };
      const response = await exchange(setup, asked, target, timeoutMs, METADATA_CONNECT_TIMEOUT_MS);
      metadataAnswered = true;
      return response;
    },
    preconnect(url, tls) {
      const target = cloudTarget(checkedCloudUrl(url), tls, setup.proxyFor, false);
      setup.transport.preconnect({ ...target, connectTimeoutMs: CLOUD_CONNECT_TIMEOUT_MS });
    },
    firstSent: () => setup.transport.firstSent(),
  };
}

function checkedCloudUrl(text: string): URL {
  const url = parseUrl(text);
  if (url.protocol === "https:") return url;
  if (url.protocol === "http:" && isLoopbackHost(unbracketed(url.hostname))) return url;
  throw new CredentialError({
    action: `calling ${url.origin}`,
    reason: "refused to send credentials over an unencrypted connection",
    advice: "use an https:// endpoint",
  });
}

function checkedMetadataUrl(text: string): URL {
  const url = parseUrl(text);
  const host = unbracketed(url.hostname);
  if (isLoopbackHost(host) || isLinkLocalHost(host) || METADATA_NAMES.has(host)) return url;
  if (url.protocol === "https:") return url;
  throw new CredentialError({
    action: `calling the metadata server ${url.origin}`,
    reason: "not a link-local or loopback address nor a metadata server's name",
    advice: "check the environment variable that names it",
  });
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new CredentialError({ action: `calling ${JSON.stringify(text)}`, reason: "not a URL" });
  }
}

function cloudTarget(
  url: URL,
  tls: TlsOptions | undefined,
  proxyFor: HttpClientSetup["proxyFor"],
  direct: boolean,
): Target {
  const proxy = direct ? undefined : proxyFor(url);
  return { url: url.href, ...(proxy === undefined ? {} : { proxy }), ...(tls === undefined ? {} : { tls }) };
}

async function exchange(
  setup: HttpClientSetup,
  request: HttpRequest,
  target: Target,
  timeoutMs: number,
  connectTimeoutMs: number,
): Promise<TransportResponse> {
  const attempt = () => oneAttempt(setup, request, target, timeoutMs, connectTimeoutMs);
  const again = request.again ?? ((outcome) => retryByDefault(outcome, setup.clock.now()));
  try {
    return await retry(
      attempt,
      request.attempts === undefined ? { again } : { again, attempts: request.attempts },
      setup,
    );
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    // A request that succeeds never needs it, and what is not read at start costs nothing.
    const { describeTransportError } = await import("./transport-error.ts");
    const { reason, advice } = describeTransportError(error, target);
    throw new CredentialError({
      action: `asking ${request.service} (${request.operation}, ${originOf(target.url)})`,
      reason,
      advice,
      failure: error.code === "ERR_TLS_CERTIFICATE" ? "misconfigured" : "temporary",
      cause: error,
    });
  }
}

async function oneAttempt(
  setup: HttpClientSetup,
  request: HttpRequest,
  target: Target,
  timeoutMs: number,
  connectTimeoutMs: number,
): Promise<TransportResponse> {
  const { transport, clock, deadline, log } = setup;
  const limit = Math.min(request.timeoutMs ?? timeoutMs, deadline.remainingMs());
  if (limit <= 0) {
    throw new TransportError(
      "connect",
      TIME_USED_UP,
      `the limit of ${deadline.totalMs} ms for the whole request was used up`,
    );
  }
  const startedAt = clock.elapsed();
  const { service, operation, method } = request;
  const fields = {
    service,
    operation,
    method,
    url: withoutQuery(target.url),
    ...(target.proxy === undefined ? {} : { proxied: true }),
  };
  try {
    const response = await transport.request({
      ...target,
      method,
      headers: { "user-agent": setup.userAgent, ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      timeoutMs: limit,
      connectTimeoutMs: Math.min(request.connectTimeoutMs ?? connectTimeoutMs, limit),
      maxResponseBytes: MAX_RESPONSE_BYTES,
    });
    log.debug("http", { ...fields, status: response.status, ms: Math.round(clock.elapsed() - startedAt) });
    return response.status < 300 ? response : redacted(response);
  } catch (thrown) {
    const error = deadline.remainingMs() > 0 ? thrown : asTimeUsedUp(thrown);
    if (error instanceof TransportError) {
      log.debug("http", {
        ...fields,
        failed: `${error.phase} ${error.code}`,
        ms: Math.round(clock.elapsed() - startedAt),
      });
    }
    throw error;
  }
}

/** The run's time is over: no sign of what there is at the other end, and no reason to try another. */
const TIME_USED_UP = "ERR_TIME_USED_UP";

function asTimeUsedUp(error: unknown): unknown {
  if (!(error instanceof TransportError) || error.code !== "ETIMEDOUT") return error;
  const { phase, message, peer, cause } = error;
  return new TransportError(phase, TIME_USED_UP, message, { peer, cause });
}

/** More of a refusal is not looked at. */
const MAX_REFUSAL_BYTES = 64 * 1024;

/**
 * A response that carries no credential, without the secrets of the request that it may repeat. This is done here, for
 * all callers, since they quote parts of it: a piece of a secret is harder to find than the whole.
 */
function redacted({ status, headers, body }: TransportResponse): TransportResponse {
  const text = new TextDecoder().decode(body.subarray(0, MAX_REFUSAL_BYTES));
  const clean = redact(text);
  return {
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, redact(value)])),
    body: clean === text ? body.subarray(0, MAX_REFUSAL_BYTES) : new TextEncoder().encode(clean),
  };
}

/** Failures that a second try may not see again. A name that does not exist or a bad certificate will not get better. */
const TRANSIENT = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EAI_AGAIN"]);
/** Statuses with which a proxy says that it could not reach the server just now (RFC 9110, 15.6). */
const TRANSIENT_PROXY_STATUSES = new Set([502, 503, 504]);

function isTransient({ code, status }: TransportError): boolean {
  return TRANSIENT.has(code) || (status !== undefined && TRANSIENT_PROXY_STATUSES.has(status));
}

/** The rule for every request that brings none: 429, 5xx and broken exchanges are tried again, after Retry-After. */
export function retryByDefault(outcome: Outcome<TransportResponse>, now: number): Retry | undefined {
  if (!outcome.ok) {
    const { error } = outcome;
    if (!(error instanceof TransportError) || !isTransient(error)) return undefined;
    return {
      because: [error.phase, error.code, error.status].filter((part) => part !== undefined).join(" "),
    };
  }
  const { status, headers } = outcome.value;
  if (status !== 429 && status < 500) return undefined;
  return { because: `status ${status}`, afterMs: retryAfterMs(headers["retry-after"], now) };
}

/** So long a metadata server that refuses connections may be one that restarts (milliseconds). */
const RESTART_MS = 2_000;
const RESTART_PAUSE_MS = 200;

/**
 * The rule for metadata servers. They restart, and are not there yet on a machine that boots; but a machine in no cloud has to
 * find that out within two and a half seconds. So, until something has answered there in this run, a connection that is
 * refused is tried again for two seconds, and one that gets no answer (a lost packet) once. What has answered
 * before is tried until the deadline. 429, 5xx and what breaks after connecting follow the default rule, four attempts in all.
 * @param hasAnswered whether a metadata server has answered in this run
 * @param alsoRetry other responses that are worth another attempt, see {@link HttpRequest.alsoRetry}
 */
export function metadataRetry(
  clock: Clock,
  hasAnswered: () => boolean = () => false,
  alsoRetry: HttpRequest["alsoRetry"] = () => undefined,
): (outcome: Outcome<TransportResponse>) => Retry | undefined {
  const startedAt = clock.elapsed();
  let silences = 0;
  let others = 0;
  return (outcome) => {
    const also = outcome.ok ? alsoRetry(outcome.value) : undefined;
    if (also?.pauseMs !== undefined) return also;
    const again = also ?? retryByDefault(outcome, clock.now());
    if (again === undefined) return undefined;
    const error = outcome.ok ? undefined : outcome.error;
    if (error instanceof TransportError && error.phase === "connect") {
      if (hasAnswered()) return again;
      if (error.code === "ETIMEDOUT") return ++silences > 1 ? undefined : again;
      const over = clock.elapsed() - startedAt + RESTART_PAUSE_MS > RESTART_MS;
      return over ? undefined : { because: again.because, pauseMs: RESTART_PAUSE_MS };
    }
    return ++others < DEFAULT_ATTEMPTS ? again : undefined;
  };
}

function originOf(url: string): string {
  return new URL(url).origin;
}

/** Queries may hold identities and, on some metadata servers, more; a log has no need of them. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
