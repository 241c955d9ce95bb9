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
  /** PEM chain for a server that asks for a client certificate, with {@link clientKey}. */
  readonly clientCertificate?: string;
  /** Its private key, PEM without a passphrase. */
  readonly clientKey?: string;
}

/** Where a connection goes: enough to open one before there is a request to send on it. */
export interface Target {
  /** Absolute `http:` or `https:` URL; only its origin matters for a connection. */
  readonly url: string;
  /**
   * URL of a forward proxy, `scheme://[user[:password]@]host:port`; user and password are percent-encoded.
   * - `http:`: CONNECT for an https URL, absolute-form for an http URL;
   * - `https:`: the same over TLS to the proxy, whose certificate must be for the proxy's host and by an authority that the
   *   system trusts ({@link TlsOptions.ca} is the server's alone);
   * - `socks5:` and `socks5h:`: SOCKS 5 (RFC 1928, RFC 1929) for every URL; the proxy looks names up, as with Go's client.
   *
   * `connectTo`, where there is one, is what the proxy is asked to connect to.
   */
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
  /**
   * Milliseconds for TCP, the proxy and TLS together, from the moment when the addresses are known. The lookup before has
   * limits of its own (resolv.conf's) and `timeoutMs`: a dead name server must not use up the time for connecting.
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
  /** Decoded from gzip or deflate only where the request asked for it; we never ask. */
  readonly body: Uint8Array;
}

/** The step in which an exchange broke, in the order in which they happen. */
export type TransportPhase = "lookup" | "connect" | "proxy" | "tls" | "send" | "receive";

/** What is wrong with a server's certificate (`ERR_TLS_CERTIFICATE`); each asks for other advice. */
export type CertificateProblem = "expired" | "not-yet-valid" | "wrong-name" | "unknown-issuer" | "other";

/** What is known of a failed exchange beyond its step and its code. */
export interface TransportErrorFacts {
  /** With whom the step was, `server` unless told. Whatever fails with the proxy is the proxy's, its name and its TLS included. */
  readonly peer?: "server" | "proxy";
  /** The proxy's HTTP status to CONNECT, with `ERR_PROXY`. 502, 503 and 504 pass; 407 asks for a password. */
  readonly status?: number;
  readonly certificate?: CertificateProblem;
}

/**
 * A failed exchange: no (complete) HTTP response. `code` is Node's or the system's code (`ENOTFOUND`, `ECONNREFUSED`,
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
