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

/** A connection that is opened before there is a request for it. */
interface Ahead {
  readonly socket: Promise<Socket>;
  readonly progress: Progress;
}

/** Connections to one target: at most one being opened ahead, and those that are between two requests. */
interface Pool {
  ahead: Ahead | undefined;
  /** With what takes them out of the pool, unharmed. */
  readonly idle: Map<Socket, () => void>;
}

const pools = new Map<string, Pool>();

function poolFor(target: Target): Pool {
  const key = JSON.stringify([new URL(target.url).origin, target.proxy, target.tls]);
  let pool = pools.get(key);
  if (pool === undefined) {
    pool = { ahead: undefined, idle: new Map() };
    pools.set(key, pool);
  }
  return pool;
}

/** Keeps a connection for the next request. One that ends before, or on which something comes unasked, is forgotten. */
function keep(socket: Socket, pool: Pool): void {
  const forget = () => {
    release();
    socket.destroy();
  };
  const release = () => {
    pool.idle.delete(socket);
    socket.off("data", forget).off("end", forget).off("close", forget).pause();
  };
  pool.idle.set(socket, release);
  socket.on("data", forget).on("end", forget).on("close", forget);
  socket.resume();
}

function preconnect(target: Target & { readonly connectTimeoutMs?: number }): void {
  const pool = poolFor(target);
  if (pool.ahead !== undefined || pool.idle.size > 0) return;
  const progress = atStart();
  const ahead = { socket: openConnection(target, target.connectTimeoutMs ?? 10_000, progress), progress };
  pool.ahead = ahead;
  ahead.socket.then(
    (socket) => {
      if (pool.ahead !== ahead) return;
      pool.ahead = undefined;
      keep(socket, pool);
    },
    // The request that comes opens another; one that waits for this hears of the failure.
    () => {
      if (pool.ahead === ahead) pool.ahead = undefined;
    },
  );
}

function atStart(): Progress {
  return { phase: "lookup", peer: "server" };
}

const sent = Promise.withResolvers<void>();

/** HTTP/1.1 over connections of our own. */
export const transport: Transport = { request: send, preconnect, firstSent: () => sent.promise };

async function send(request: TransportRequest): Promise<TransportResponse> {
  const url = new URL(request.url);
  const authority = authorityOf(url);
  const bytes = await encoded(request, url);
  const state: State = { progress: atStart(), socket: undefined };
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

/** How far a request is, for the time limit. */
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
  if (reusable) keep(socket, pool);
  else socket.destroy();
  return response;
}

/** The event loop's next turn. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A connection that is there, or on its way, or a new one. */
async function obtain(pool: Pool, request: TransportRequest, state: State): Promise<Socket> {
  // A server that closes behind its response often has done so by now. The second turn has read what there was after the first.
  if (pool.idle.size > 0) {
    await turn();
    await turn();
  }
  for (const [socket, release] of pool.idle) {
    release();
    if (!socket.destroyed && socket.writable && !socket.readableEnded) return socket;
  }
  const { ahead } = pool;
  if (ahead !== undefined) {
    pool.ahead = undefined;
    state.progress = ahead.progress;
    const socket = await ahead.socket;
    if (!socket.destroyed && socket.writable) return socket;
    state.progress = atStart();
  }
  return await openConnection(request, request.connectTimeoutMs ?? request.timeoutMs, state.progress);
}

/** Sends a request and reads the response, on a connection that nothing else uses. */
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

/** Where a request goes, for messages: `host:port`. */
function authorityOf({ protocol, hostname, port }: URL): string {
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: none but the tab may be in a header
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** The request as it goes over the wire. @throws {TransportError} for what no header can hold */
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

/** A view of the same memory: the AWS SDK's bodies print a warning when they are converted. */
function bytesOf(body: string | Uint8Array): Buffer {
  return typeof body === "string"
    ? Buffer.from(body)
    : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

function invalidRequest(what: string): TransportError {
  return new TransportError("send", "ERR_INVALID_REQUEST", `the request has an invalid ${what}`);
}

/** For http, an HTTP proxy is simply the peer, and gets the whole URL and its own credentials. Undefined otherwise. */
async function absoluteFormHeaders(
  { proxy }: TransportRequest,
  url: URL,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (proxy === undefined || url.protocol !== "http:" || proxy.startsWith("socks")) return undefined;
  const { parseProxy, proxyAuthorization } = await import("./tunnel.ts");
  const authorization = proxyAuthorization(parseProxy(proxy));
  return authorization === undefined ? {} : { "proxy-authorization": authorization };
}
