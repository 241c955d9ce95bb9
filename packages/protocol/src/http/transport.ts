/**
 * What a runtime's HTTP layer does for us: one request, one answer, nothing clever. Each runtime has one
 * implementation behind `#runtime` (`runtime/nodejs/http.ts`, `runtime/static.ts`); policy (deadline, retry, proxies, size limits, redaction) is in
 * `client.ts`, above it and shared.
 */

/** How to reach an `https:` origin when it is not simply "its own name, the system's trust". */
export interface TlsOptions {
  /** PEM bundle that replaces the system's trust store for this request. */
  readonly ca?: string;
  /** Name sent as SNI and checked against the certificate, instead of the URL's host. */
  readonly serverName?: string;
  /** IP address to connect to instead of resolving the URL's host. The port stays the URL's. */
  readonly connectTo?: string;
}

/** Where a connection goes: enough to open one before there is a request to send on it. */
export interface Target {
  /** Absolute `http:` or `https:` URL; only its origin matters for a connection. */
  readonly url: string;
  /** `http://[user:password@]host:port` of a forward proxy: CONNECT for https, absolute-form for http. */
  readonly proxy?: string;
  readonly tls?: TlsOptions;
}

/** One HTTP request, complete with its limits. */
export interface TransportRequest extends Target {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Milliseconds for the whole exchange, name lookup to last body byte. */
  readonly timeoutMs: number;
  /** Milliseconds for lookup, TCP and TLS together; at most `timeoutMs`. */
  readonly connectTimeoutMs?: number;
  /** Bytes of body after which the exchange fails with `ERR_BODY_TOO_LARGE`. */
  readonly maxResponseBytes: number;
}

/** One HTTP response, read to its end. */
export interface TransportResponse {
  readonly status: number;
  /** Names in lower case; a repeated header's values joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded from gzip or deflate only where the request asked for it; we never ask. */
  readonly body: Uint8Array;
}

/** The step in which an exchange broke, in the order in which they happen. */
export type TransportPhase = "lookup" | "connect" | "proxy" | "tls" | "send" | "receive";

/**
 * A failed exchange: no (complete) HTTP response. `code` is Node's or the system's code (`ENOTFOUND`, `ECONNREFUSED`,
 * `ECONNRESET`, `ETIMEDOUT`, `EHOSTUNREACH`, `ENETUNREACH`, `ERR_TLS_CERTIFICATE`, `ERR_BODY_TOO_LARGE`, `ERR_HTTP_PARSE`, ...).
 */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly phase: TransportPhase;
  readonly code: string;

  constructor(phase: TransportPhase, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.phase = phase;
    this.code = code;
  }
}

/** A runtime's HTTP layer. */
export interface Transport {
  /** Redirects are returned, never followed. @throws {TransportError} */
  request(request: TransportRequest): Promise<TransportResponse>;
  /**
   * Starts opening a connection (through the proxy and TLS where there are any) that the next `request` to the same
   * target uses. Never throws: a failure shows when the request is made.
   */
  preconnect(target: Target & { readonly connectTimeoutMs?: number }): void;
  /**
   * Resolves when the first request is on its way, so that what comes next is waiting, and the time may be used for
   * loading code. Never rejects; without a request it never resolves.
   */
  firstSent(): Promise<void>;
}
