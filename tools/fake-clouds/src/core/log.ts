import { timestamp } from "./clock.ts";

/** A TCP connection that reached a fake. Times are milliseconds since 1970 with fractions. */
export interface ConnectionRecord {
  readonly id: number;
  readonly via: "direct" | "proxy";
  readonly openedAt: number;
  /** Server name in the TLS handshake, if any. */
  serverName?: string;
  /** Service that owns the server name or the address; undefined for an unknown name. */
  service?: string;
  /** When the TLS handshake completed on the server's side. */
  tlsFinishedAt?: number;
  /** OpenSSL's reason why the handshake failed. */
  tlsError?: string;
  closedAt?: number;
  /** Name of the fault played on it before any request. */
  fault?: string;
  /** Ids of its requests. */
  readonly requests: number[];
}

/** A request that reached a fake. Contains secrets: use it in assertions, do not print it. */
export interface RequestRecord {
  readonly id: number;
  readonly connectionId: number;
  readonly service: string;
  readonly operation: string;
  readonly scheme: "http" | "https";
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** When the whole request was received. */
  readonly at: number;
  /** Status that was sent; undefined before the response, or if a fault suppressed the status line. */
  status?: number;
  /** When the response was sent or the connection was broken; undefined before. */
  finishedAt?: number;
  /** Name of the fault played instead of, or in addition to, the response. */
  fault?: string;
}

/** A CONNECT request to the proxy. */
export interface ProxyAttempt {
  /** `host:port` of a CONNECT, or the URL of an absolute-form request (which the proxy never forwards). */
  readonly target: string;
  readonly outcome: "connected" | "unknown-host" | "not-authorized" | "refused" | "not-a-tunnel" | "fault";
  readonly at: number;
}

type Listener<Record> = (record: Record) => void;

/** All events, in order. */
export class Log {
  readonly connections: ConnectionRecord[] = [];
  readonly requests: RequestRecord[] = [];
  readonly proxy: ProxyAttempt[] = [];
  readonly #onFinished = new Set<Listener<RequestRecord>>();
  readonly #onProxied = new Set<Listener<ProxyAttempt>>();
  #nextId = 1;

  connection(via: "direct" | "proxy"): ConnectionRecord {
    const record: ConnectionRecord = { id: this.#nextId++, via, openedAt: timestamp(), requests: [] };
    this.connections.push(record);
    return record;
  }

  request(record: Omit<RequestRecord, "id" | "at">, connection: ConnectionRecord): RequestRecord {
    const complete: RequestRecord = { ...record, id: this.#nextId++, at: timestamp() };
    this.requests.push(complete);
    connection.requests.push(complete.id);
    return complete;
  }

  /** Call it once per request, when its response has been sent or never will be. */
  finish(record: RequestRecord): void {
    if (record.finishedAt !== undefined) return;
    record.finishedAt = timestamp();
    for (const listener of this.#onFinished) listener(record);
  }

  proxied(target: string, outcome: ProxyAttempt["outcome"]): void {
    const attempt: ProxyAttempt = { target, outcome, at: timestamp() };
    this.proxy.push(attempt);
    for (const listener of this.#onProxied) listener(attempt);
  }

  /** Calls back for every finished request. Returns a function that removes the listener. */
  onFinished(listener: Listener<RequestRecord>): () => void {
    this.#onFinished.add(listener);
    return () => this.#onFinished.delete(listener);
  }

  /** Calls back for every request to the proxy. Returns a function that removes the listener. */
  onProxied(listener: Listener<ProxyAttempt>): () => void {
    this.#onProxied.add(listener);
    return () => this.#onProxied.delete(listener);
  }

  /** Clears the log, so that one set of servers can serve many test cases. */
  clear(): void {
    this.connections.length = 0;
    this.requests.length = 0;
    this.proxy.length = 0;
  }
}
