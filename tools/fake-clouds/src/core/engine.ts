import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "./clock.ts";
import { type Received, type Reply, text } from "./exchange.ts";
import { type Faults, nameOf } from "./faults.ts";
import type { Latency } from "./latency.ts";
import type { ConnectionRecord, Log } from "./log.ts";
import { type Client, playOnRequest, send } from "./send-response.ts";
import type { Service } from "./service.ts";

/** A connection that is ready for HTTP. */
export interface Accepted {
  readonly record: ConnectionRecord;
  readonly service: Service;
  /** The TCP socket, below TLS if any. */
  readonly socket: Socket;
  readonly scheme: "http" | "https";
  /** The client's certificate, DER. */
  readonly clientCertificate?: Buffer;
}

const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** The HTTP server behind all fronts: reads requests, logs them, plays faults, calls the service. */
export class Engine {
  readonly #log: Log;
  readonly #faults: Faults;
  readonly #latency: Latency;
  readonly #accepted = new WeakMap<Socket, Accepted>();
  readonly #closing = new AbortController();
  readonly #server: Server;
  /** Errors of the fakes themselves; empty in a passing test. */
  readonly defects: Error[] = [];

  constructor(log: Log, faults: Faults, latency: Latency, clock: Clock) {
    this.#log = log;
    this.#faults = faults;
    this.#latency = latency;
    this.#server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 60_000 });
    this.#server.on("request", (request, response) => {
      response.setHeader("date", new Date(clock()).toUTCString());
      this.#serve(request, response).catch((error: unknown) => this.#defect(error, response));
    });
    this.#server.on("clientError", (_error, socket) => socket.destroy());
  }

  /** Starts HTTP on a connection. `stream` is the TLS socket if there is one, else the TCP socket. */
  accept(stream: Socket, accepted: Accepted): void {
    this.#accepted.set(stream, accepted);
    this.#server.emit("connection", stream);
  }

  close(): void {
    this.#closing.abort();
    this.#server.closeAllConnections();
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const accepted = this.#accepted.get(message.socket);
    if (accepted === undefined) throw new Error("request on a connection that no front accepted");
    const body = await readBody(message);
    if (body === undefined) return;
    const { service, scheme, record: connection, socket } = accepted;
    const { clientCertificate } = accepted;
    const request = {
      ...received(message, scheme, body),
      ...(clientCertificate === undefined ? {} : { clientCertificate }),
    };
    const operation = service.operation(request);
    const { method, host, path, rawQuery: query, headers } = request;
    const entry = {
      connectionId: connection.id,
      service: service.name,
      operation,
      scheme,
      method,
      host,
      path,
      query,
      headers,
      body,
    };
    const record = this.#log.request(entry, connection);
    response.once("close", () => this.#log.finish(record));

    const client: Client = { response, socket, carrier: message.socket };
    const announce = (status: number | undefined) => {
      if (status !== undefined) record.status = status;
      this.#log.finish(record);
    };
    const real = () => this.#answer(service, request, connection);
    const fault = this.#faults.takeForRequest(service.name, operation);
    const latency = this.#waited(this.#latency.of(service.name));
    if (fault !== undefined) {
      if (!(await latency)) return;
      record.fault = nameOf(fault);
      await playOnRequest(client, fault, { real, announce });
      return;
    }
    // A cloud's latency includes the time that its service works.
    const [waited, reply] = await Promise.all([latency, real()]);
    if (!waited) return;
    announce(reply.status);
    await send(client, reply);
  }

  /** Each TLS connection serves one host, as with the real services' certificates and routing. */
  async #answer(service: Service, request: Received, connection: ConnectionRecord): Promise<Reply> {
    if (connection.serverName !== undefined && connection.serverName !== request.host) {
      return text(
        421,
        `Misdirected Request: connected to ${connection.serverName}, asked for ${request.host}\n`,
      );
    }
    return await service.handle(request);
  }

  async #waited(milliseconds: number): Promise<boolean> {
    if (milliseconds <= 0) return true;
    return await delay(milliseconds, true, { signal: this.#closing.signal }).catch(() => false);
  }

  #defect(error: unknown, response: ServerResponse): void {
    this.defects.push(error instanceof Error ? error : new Error(String(error)));
    if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
    response.end("the fake cloud itself failed; see `clouds.defects`\n");
  }
}

/** Reads the whole body; undefined if the client disconnected or sent too much. */
async function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of message) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_BODY_BYTES) return undefined;
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

function received(message: IncomingMessage, scheme: string, body: Buffer): Received {
  const target = message.url ?? "/";
  const cut = target.indexOf("?");
  const rawQuery = cut < 0 ? "" : target.slice(cut + 1);
  const hostHeader = message.headers.host ?? "";
  return {
    method: message.method ?? "GET",
    host: hostHeader.toLowerCase().replace(/:\d+$/, ""),
    origin: `${scheme}://${hostHeader}`,
    path: cut < 0 ? target : target.slice(0, cut),
    rawQuery,
    query: new URLSearchParams(rawQuery),
    headers: headersOf(message),
    body,
  };
}

function headersOf(message: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(message.headersDistinct))
    headers[name] = (values ?? []).join(", ");
  return headers;
}
