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

/** Longest response body in bytes; credentials are much smaller. */
export const MAX_RESPONSE_BYTES = 1024 * 1024;

const CLOUD_CONNECT_TIMEOUT_MS = 5_000;
const CLOUD_TIMEOUT_MS = 10_000;
const METADATA_CONNECT_TIMEOUT_MS = 1_000;

/** The metadata servers' names. Every other host of a metadata request must be a link-local or loopback address. */
const METADATA_NAMES = new Set(["metadata.google.internal", "metadata.google.internal.", "metadata"]);

/** One request, with the names that messages and logs use for it. */
export interface HttpRequest {
  /** The service's name, as the cloud writes it: "Amazon ECR". For messages and logs. */
  readonly service: string;
  /** The API's name for the call: "GetAuthorizationToken". */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "HEAD";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly tls?: TlsOptions;
  /** Limit of one attempt in milliseconds; the time left until the deadline if that is shorter. */
  readonly timeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** Total number of attempts, default 4. */
  readonly attempts?: number;
  /** Replaces the default rule {@link retryByDefault}. */
  readonly retryIf?: (outcome: Outcome<TransportResponse>) => Retry | undefined;
  /**
   * More responses of a metadata server that are retried, such as a 404 right after boot. A Retry with `pauseMs` does not
   * count as one of the four attempts: the caller must end it.
   */
  readonly alsoRetry?: (response: TransportResponse) => Retry | undefined;
  /** True to ignore the proxy, for an API server on the node's own network. */
  readonly direct?: boolean;
}

/** HTTP with the rules that all requests share: where credentials may be sent, proxies, limits, retries, the deadline. */
export interface HttpClient {
  /**
   * Sends a request to a cloud API: https (http to loopback only), through the environment's proxy, retried within the
   * deadline. Resolves with a response of any status. @throws {CredentialError} if there was no response
   */
  cloud(request: HttpRequest): Promise<TransportResponse>;
  /**
   * Sends a request to a metadata server: plain http to a link-local or loopback address or the fixed names, never through
   * a proxy, with short limits. @throws {CredentialError} if there was no response
   */
  metadata(request: HttpRequest): Promise<TransportResponse>;
  /** Starts to open the connection that a later `cloud` request to the same origin will use. */
  preconnect(url: string, tls?: TlsOptions): void;
  /** Resolves when the first request was sent: the time to load code that the next one needs. */
  firstSent(): Promise<void>;
}

/** Arguments of {@link createHttpClient}. */
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
  let metadataResponded = false;
  return {
    async cloud(request) {
      const url = checkedCloudUrl(request.url);
      const target = cloudTarget(url, request.tls, setup.proxyFor, request.direct === true);
      return exchange(setup, request, target, CLOUD_TIMEOUT_MS, CLOUD_CONNECT_TIMEOUT_MS);
    },
    async metadata(request) {
      const url = checkedMetadataUrl(request.url);
      const retryIf =
        request.retryIf ?? metadataRetry(setup.clock, () => metadataResponded, request.alsoRetry);
      const attempts =
        request.attempts ?? (request.retryIf === undefined ? Number.MAX_SAFE_INTEGER : DEFAULT_ATTEMPTS);
      const target = { url: url.href };
      // Once connected, an attempt may use all the time that is left: a busy server responds late.
      const timeoutMs = setup.deadline.totalMs;
      const retried = { ...request, retryIf, attempts };
      const response = await exchange(setup, retried, target, timeoutMs, METADATA_CONNECT_TIMEOUT_MS);
      metadataResponded = true;
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
    advice: "check the environment variable that sets it",
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
  const retryIf = request.retryIf ?? ((outcome) => retryByDefault(outcome, setup.clock.now()));
  try {
    return await retry(
      attempt,
      request.attempts === undefined ? { retryIf } : { retryIf, attempts: request.attempts },
      setup,
    );
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    // Loaded on failure only, to keep successful runs fast.
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

/** The run's time was used up. This says nothing about the server, and another source must not be tried. */
const TIME_USED_UP = "ERR_TIME_USED_UP";

function asTimeUsedUp(error: unknown): unknown {
  if (!(error instanceof TransportError) || error.code !== "ETIMEDOUT") return error;
  const { phase, message, peer, cause } = error;
  return new TransportError(phase, TIME_USED_UP, message, { peer, cause });
}

/** The rest of a longer error response is ignored. */
const MAX_REFUSAL_BYTES = 64 * 1024;

/**
 * An error response without the request's secrets, which it may repeat. They are removed here, for all callers, because
 * callers quote parts of it, and a piece of a secret is harder to find than the whole.
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

/** Temporary failures. A name that does not exist or a bad certificate is permanent. */
const TRANSIENT = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EAI_AGAIN"]);
/** Statuses by which a proxy reports that it could not reach the server now (RFC 9110, 15.6). */
const TRANSIENT_PROXY_STATUSES = new Set([502, 503, 504]);

function isTransient({ code, status }: TransportError): boolean {
  return TRANSIENT.has(code) || (status !== undefined && TRANSIENT_PROXY_STATUSES.has(status));
}

/**
 * The default rule: 429, 5xx and broken connections are retried, after Retry-After. Returns undefined to stop retrying.
 * @param now milliseconds since the epoch, for a Retry-After that is a date
 */
export function retryByDefault(outcome: Outcome<TransportResponse>, now: number): Retry | undefined {
  if (!outcome.ok) {
    const { error } = outcome;
    if (!(error instanceof TransportError) || !isTransient(error)) return undefined;
    return {
      reason: [error.phase, error.code, error.status].filter((part) => part !== undefined).join(" "),
    };
  }
  const { status, headers } = outcome.value;
  if (status !== 429 && status < 500) return undefined;
  return { reason: `status ${status}`, afterMs: retryAfterMs(headers["retry-after"], now) };
}

/** A metadata server that refuses connections for less time than this may be restarting (milliseconds). */
const RESTART_MS = 2_000;
const RESTART_PAUSE_MS = 200;

/**
 * The rule for metadata servers. They restart, and may start later than the kubelet on a machine that boots; but a machine
 * outside a cloud must detect this within two and a half seconds. Until a metadata server has responded in this run, a
 * refused connection is retried for two seconds, and one that times out (a lost packet) once. After its first response, a
 * server is retried until the deadline. 429, 5xx and failures after connecting follow the default rule, four attempts in
 * all.
 * @param hasResponded whether a metadata server has responded in this run
 * @param alsoRetry more responses that are retried, see {@link HttpRequest.alsoRetry}
 */
export function metadataRetry(
  clock: Clock,
  hasResponded: () => boolean = () => false,
  alsoRetry: HttpRequest["alsoRetry"] = () => undefined,
): (outcome: Outcome<TransportResponse>) => Retry | undefined {
  const startedAt = clock.elapsed();
  let timeouts = 0;
  let others = 0;
  return (outcome) => {
    const also = outcome.ok ? alsoRetry(outcome.value) : undefined;
    if (also?.pauseMs !== undefined) return also;
    const byDefault = also ?? retryByDefault(outcome, clock.now());
    if (byDefault === undefined) return undefined;
    const error = outcome.ok ? undefined : outcome.error;
    if (error instanceof TransportError && error.phase === "connect") {
      if (hasResponded()) return byDefault;
      if (error.code === "ETIMEDOUT") return ++timeouts > 1 ? undefined : byDefault;
      const over = clock.elapsed() - startedAt + RESTART_PAUSE_MS > RESTART_MS;
      return over ? undefined : { reason: byDefault.reason, pauseMs: RESTART_PAUSE_MS };
    }
    return ++others < DEFAULT_ATTEMPTS ? byDefault : undefined;
  };
}

function originOf(url: string): string {
  return new URL(url).origin;
}

/** For the log: a query may contain identities and, on some metadata servers, secrets. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
