/**
 * A runtime's HTTP layer: one request, one response. Each runtime has one implementation behind `#runtime`
 * (`runtime/nodejs/http.ts`, `runtime/static.ts`). `client.ts` above it is shared and has deadline, retries, proxies,
 * size limits and redaction.
 */

/** How to reach an `https:` origin, where this differs from the URL's host and the system's trust store. */
export interface TlsOptions {
  /** PEM bundle that replaces the system's trust store for this request. */
  readonly ca?: string;
  /** Name sent as SNI and checked against the certificate, instead of the URL's host. */
  readonly serverName?: string;
  /** IP address to connect to instead of resolving the URL's host. The port stays the URL's. */
  readonly connectTo?: string;
  /** PEM chain for a server that asks for a client certificate, with {@link clientKey}. */
  readonly clientCertificate?: string;
  /** Its private key, PEM without a passphrase. */
  readonly clientKey?: string;
}

/** The destination of a connection: enough to open it before there is a request. */
export interface Target {
  /** Absolute `http:` or `https:` URL; only its origin matters for a connection. */
  readonly url: string;
  /**
   * URL of a forward proxy, `scheme://[user[:password]@]host:port`; user and password are percent-encoded.
   * - `http:`: CONNECT for an https URL, absolute-form for an http URL;
   * - `https:`: the same over TLS to the proxy. Its certificate must be for the proxy's host and from an authority in the
   *   system's trust store ({@link TlsOptions.ca} applies to the server only);
   * - `socks5:` and `socks5h:`: SOCKS 5 (RFC 1928, RFC 1929) for every URL; the proxy looks names up, as with Go's client.
   *
   * The proxy connects to `connectTo`, if it is set.
   */
  readonly proxy?: string;
  readonly tls?: TlsOptions;
}

/** One HTTP request with its limits. */
export interface TransportRequest extends Target {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Milliseconds for the whole exchange, name lookup to last body byte. */
  readonly timeoutMs: number;
  /**
   * Milliseconds for TCP, the proxy and TLS together, after the lookup. The lookup has its own limits (resolv.conf's and
   * `timeoutMs`): a dead name server must not use up the time for connecting.
   */
  readonly connectTimeoutMs?: number;
  /** Bytes of body after which the exchange fails with `ERR_BODY_TOO_LARGE`. */
  readonly maxResponseBytes: number;
}

/** One HTTP response, read to its end. */
export interface TransportResponse {
  readonly status: number;
  /** Names in lower case; a repeated header's values joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** Not decompressed: requests never ask for gzip or deflate. */
  readonly body: Uint8Array;
}

/** The step in which a request failed, in the order in which they happen. */
export type TransportPhase = "lookup" | "connect" | "proxy" | "tls" | "send" | "receive";

/** The problem with a server's certificate (`ERR_TLS_CERTIFICATE`); each needs different advice. */
export type CertificateProblem = "expired" | "not-yet-valid" | "wrong-name" | "unknown-issuer" | "other";

/** Facts of a failed request besides its step and its code. */
export interface TransportErrorFacts {
  /** The other side of the step, default `server`. It is `proxy` also for the proxy's name lookup and TLS. */
  readonly peer?: "server" | "proxy";
  /** The proxy's HTTP status for CONNECT, with `ERR_PROXY`. 502, 503 and 504 are temporary; 407 asks for a password. */
  readonly status?: number;
  readonly certificate?: CertificateProblem;
}

/**
 * A failed request: no complete HTTP response. `code` is Node.js's or the system's code (`ENOTFOUND`, `ECONNREFUSED`,
 * `ECONNRESET`, `ETIMEDOUT`, `EHOSTUNREACH`, `ENETUNREACH`, `ERR_TLS_CERTIFICATE`, `ERR_BODY_TOO_LARGE`, `ERR_HTTP_PARSE`, ...).
 * A proxy that could not reach the server has the phase `proxy` and `ERR_PROXY`, or (SOCKS) the code of its own failure to connect.
 */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly phase: TransportPhase;
  readonly code: string;
  readonly peer: "server" | "proxy";
  readonly status: number | undefined;
  readonly certificate: CertificateProblem | undefined;

  constructor(
    phase: TransportPhase,
    code: string,
    message: string,
    { peer = "server", status, certificate, ...options }: ErrorOptions & TransportErrorFacts = {},
  ) {
    super(message, options);
    this.phase = phase;
    this.code = code;
    this.peer = peer;
    this.status = status;
    this.certificate = certificate;
  }
}

/** A runtime's HTTP layer. */
export interface Transport {
  /** Redirects are returned, never followed. @throws {TransportError} */
  request(request: TransportRequest): Promise<TransportResponse>;
  /**
   * Starts to open a connection (through the proxy, with TLS) that the next `request` to the same target uses. Never
   * throws: `request` reports the failure.
   */
  preconnect(target: Target & { readonly connectTimeoutMs?: number }): void;
  /**
   * Resolves when the first request was sent: while the response is awaited, code may be loaded. Never rejects; without a
   * request it never resolves.
   */
  firstSent(): Promise<void>;
}
