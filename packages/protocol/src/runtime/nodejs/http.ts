import type { Socket } from "node:net";
import {
  type Target,
  type Transport,
  TransportError,
  type TransportRequest,
  type TransportResponse,
} from "../../http/transport.ts";
import { openConnection } from "./connect.ts";
import { afterReading, exchangeFailed, type Progress, timedOut } from "./errors.ts";
import { type ReadResponse, ResponseReader } from "./response.ts";

/** A connection that was opened before its request. */
interface Preconnection {
  readonly socket: Promise<Socket>;
  readonly progress: Progress;
}

/** Connections to one target: at most one that is being opened, and idle ones. */
interface Pool {
  preconnection: Preconnection | undefined;
  /** Each with the function that takes it out of the pool without closing it. */
  readonly idle: Map<Socket, () => void>;
}

const pools = new Map<string, Pool>();

function poolFor(target: Target): Pool {
  const key = JSON.stringify([new URL(target.url).origin, target.proxy, target.tls]);
  let pool = pools.get(key);
  if (pool === undefined) {
    pool = { preconnection: undefined, idle: new Map() };
    pools.set(key, pool);
  }
  return pool;
}

/** Makes a connection available to the next request. It is closed if it ends, or receives data, before that. */
function addIdle(socket: Socket, pool: Pool): void {
  const drop = () => {
    release();
    socket.destroy();
  };
  const release = () => {
    pool.idle.delete(socket);
    socket.off("data", drop).off("end", drop).off("close", drop).pause();
  };
  pool.idle.set(socket, release);
  socket.on("data", drop).on("end", drop).on("close", drop);
  socket.resume();
}

function preconnect(target: Target & { readonly connectTimeoutMs?: number }): void {
  const pool = poolFor(target);
  if (pool.preconnection !== undefined || pool.idle.size > 0) return;
  const progress = initialProgress();
  const opening = openConnection(target, target.connectTimeoutMs ?? 10_000, progress);
  const preconnection = { socket: opening, progress };
  pool.preconnection = preconnection;
  opening.then(
    (socket) => {
      if (pool.preconnection !== preconnection) return;
      pool.preconnection = undefined;
      addIdle(socket, pool);
    },
    // A request that already waits for this connection gets its error; a later one opens another.
    () => {
      if (pool.preconnection === preconnection) pool.preconnection = undefined;
    },
  );
}

function initialProgress(): Progress {
  return { phase: "lookup", peer: "server" };
}

const sent = Promise.withResolvers<void>();

/** HTTP/1.1 over the connections of {@link openConnection}. */
export const transport: Transport = { request: send, preconnect, firstSent: () => sent.promise };

async function send(request: TransportRequest): Promise<TransportResponse> {
  const url = new URL(request.url);
  const authority = authorityOf(url);
  const bytes = await encoded(request, url);
  const state: State = { progress: initialProgress(), socket: undefined };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = afterReading(() => reject(timedOut(state.progress, request.timeoutMs)), request.timeoutMs);
  });
  try {
    return await Promise.race([exchange(request, authority, bytes, state), late]);
  } catch (error) {
    state.socket?.destroy();
    throw exchangeFailed(error, authority, state.progress.phase);
  } finally {
    clearTimeout(timer);
  }
}

/** The current state of a request, for the time limit. */
interface State {
  progress: Progress;
  socket: Socket | undefined;
}

async function exchange(
  request: TransportRequest,
  authority: string,
  bytes: Buffer,
  state: State,
): Promise<TransportResponse> {
  const pool = poolFor(request);
  const socket = await obtain(pool, request, state);
  state.socket = socket;
  state.progress = { phase: "send", peer: "server" };
  const { method, maxResponseBytes: maxBytes } = request;
  const reader = new ResponseReader({ method, authority, maxBytes });
  const { reusable, ...response } = await roundTrip(socket, bytes, reader, () => {
    state.progress = { phase: "receive", peer: "server" };
    sent.resolve();
  });
  if (reusable) addIdle(socket, pool);
  else socket.destroy();
  return response;
}

/** Resolves in the event loop's next turn. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** An idle connection, else the one that is being opened, else a new one. */
async function obtain(pool: Pool, request: TransportRequest, state: State): Promise<Socket> {
  // A server that closes the connection after its response has often done so by now. After the second turn, everything
  // that had arrived by the first is read.
  if (pool.idle.size > 0) {
    await turn();
    await turn();
  }
  for (const [socket, release] of pool.idle) {
    release();
    if (!socket.destroyed && socket.writable && !socket.readableEnded) return socket;
  }
  const { preconnection } = pool;
  if (preconnection !== undefined) {
    pool.preconnection = undefined;
    state.progress = preconnection.progress;
    const socket = await preconnection.socket;
    if (!socket.destroyed && socket.writable) return socket;
    state.progress = initialProgress();
  }
  return await openConnection(request, request.connectTimeoutMs ?? request.timeoutMs, state.progress);
}

/** Sends a request and reads the response. Nothing else may use the connection. */
function roundTrip(
  socket: Socket,
  bytes: Buffer,
  reader: ResponseReader,
  onSent: () => void,
): Promise<ReadResponse> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void) => {
      socket.off("data", received).off("end", ended).off("close", ended).off("error", failed);
      socket.pause();
      action();
    };
    const failed = (error: unknown) => settle(() => reject(error));
    const attempt = (read: () => ReadResponse | undefined): boolean => {
      try {
        const response = read();
        if (response !== undefined) settle(() => resolve(response));
        return response !== undefined;
      } catch (error) {
        failed(error);
        return true;
      }
    };
    const received = (chunk: Buffer) => {
      attempt(() => reader.push(chunk));
    };
    const ended = () => {
      if (!attempt(() => reader.end())) failed(Object.assign(new Error("closed"), { code: "ECONNRESET" }));
    };
    socket.on("data", received).on("end", ended).on("close", ended).on("error", failed);
    socket.write(bytes, (error) => {
      if (!error) onSent();
    });
    socket.resume();
  });
}

/** The server of a request, for messages: `host:port`. */
function authorityOf({ protocol, hostname, port }: URL): string {
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a header may not contain control characters except the tab
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** The request's bytes. @throws {TransportError} for an invalid header */
async function encoded(request: TransportRequest, url: URL): Promise<Buffer> {
  const proxyHeaders = await absoluteFormHeaders(request, url);
  const body = bytesOf(request.body ?? "");
  const headers = Object.entries({ host: url.host, ...proxyHeaders, ...request.headers });
  const hasBody = body.length > 0 || ["POST", "PUT", "PATCH"].includes(request.method);
  if (hasBody) headers.push(["content-length", String(body.length)]);
  const target = proxyHeaders === undefined ? url.pathname + url.search : url.href;
  let head = `${request.method} ${target} HTTP/1.1\r\n`;
  for (const [name, value] of headers) {
    if (!NAME.test(name)) throw invalidRequest("header name");
    if (CONTROL.test(value)) throw invalidRequest(`value of header ${name.toLowerCase()}`);
    head += `${name}: ${value}\r\n`;
  }
  return Buffer.concat([Buffer.from(`${head}\r\n`), body]);
}

/** The body's bytes, as a view of the same memory. */
function bytesOf(body: string | Uint8Array): Buffer {
  return typeof body === "string"
    ? Buffer.from(body)
    : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

function invalidRequest(what: string): TransportError {
  return new TransportError("send", "ERR_INVALID_REQUEST", `the request has an invalid ${what}`);
}

/** Headers for an HTTP proxy of an http URL, which gets the whole URL and its own credentials. Undefined otherwise. */
async function absoluteFormHeaders(
  { proxy }: TransportRequest,
  url: URL,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (proxy === undefined || url.protocol !== "http:" || proxy.startsWith("socks")) return undefined;
  const { parseProxy, proxyAuthorization } = await import("./tunnel.ts");
  const authorization = proxyAuthorization(parseProxy(proxy));
  return authorization === undefined ? {} : { "proxy-authorization": authorization };
}
