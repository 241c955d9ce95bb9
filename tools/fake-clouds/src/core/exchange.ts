/** A complete request, as passed to a fake service. */
export interface Received {
  readonly method: string;
  /** From the Host header: lower case, without port. */
  readonly host: string;
  /** Origin as sent by the client, `https://host[:port]`. */
  readonly origin: string;
  /** Path as received, not decoded, without the query. */
  readonly path: string;
  /** Query as received, without `?`. */
  readonly rawQuery: string;
  readonly query: URLSearchParams;
  /** Names in lower case; a repeated header's values joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The client certificate (DER) of the TLS handshake; its issuer is not checked yet. */
  readonly clientCertificate?: Buffer;
}

/** Response of a service. `content-length` is added on sending. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}

export function text(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return { status, headers: { "content-type": "text/plain", ...headers }, body };
}

/** The body as `application/x-www-form-urlencoded` fields, or undefined for another content type. */
export function formOf(request: Received): URLSearchParams | undefined {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  return type === "application/x-www-form-urlencoded"
    ? new URLSearchParams(request.body.toString("utf8"))
    : undefined;
}

/** User and password of `Authorization: Basic`, split at the first colon; undefined if missing. */
export function basicOf(
  authorization: string | undefined,
): { username: string; password: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  return colon < 0 ? undefined : { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** Token of `Authorization: Bearer`; undefined if missing. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
}
