import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
  type Target,
  type Transport,
  TransportError,
  type TransportRequest,
  type TransportResponse,
} from "../../http/transport.ts";
import { openConnection } from "./connect.ts";
import { exchangeFailed, type Progress, timedOut } from "./errors.ts";

/** A connection that is opened before there is a request for it. */
interface Ahead {
  readonly socket: Promise<Socket>;
  readonly progress: Progress;
}

/** How far a request's connection is: its own, or the one that was opened ahead. */
interface Opening {
  progress: Progress;
}

/** What a request hands to the agent that opens its connection. */
interface OpeningOptions extends RequestOptions {
  readonly opening?: Opening;
}

/** Connections to one target: at most one being opened ahead, the others kept alive between requests by the agent. */
class TargetAgent extends Agent {
  readonly #target: Target;
  #ahead: Ahead | undefined;
  connectTimeoutMs = 0;

  constructor(target: Target) {
    super({ keepAlive: true });
    this.#target = target;
  }

  openAhead(): void {
    if (this.#ahead !== undefined) return;
    const progress = atStart();
    const ahead = { socket: openConnection(this.#target, this.connectTimeoutMs, progress), progress };
    this.#ahead = ahead;
    // A connection that fails or ends before it is used is forgotten, and the request opens another.
    const forget = () => {
      if (this.#ahead === ahead) this.#ahead = undefined;
    };
    ahead.socket.then((socket) => {
      socket.once("close", forget).once("end", () => {
        forget();
        socket.destroy();
      });
      // Without reading, the end would not be seen. A server has nothing to say before it is asked.
      socket.resume();
    }, forget);
  }

  override createConnection(
    options: OpeningOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#open(options.opening ?? { progress: atStart() }).then(
      (socket) => callback?.(null, socket),
      (error: Error) => (callback as (error: Error) => void)(error),
    );
    return undefined;
  }

  #open(opening: Opening): Promise<Socket> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead === undefined) return openConnection(this.#target, this.connectTimeoutMs, opening.progress);
    opening.progress = ahead.progress;
    return ahead.socket;
  }
}

function atStart(): Progress {
  return { phase: "lookup", peer: "server" };
}

const agents = new Map<string, TargetAgent>();

function agentFor(target: Target, connectTimeoutMs: number): TargetAgent {
  const key = JSON.stringify([new URL(target.url).origin, target.proxy, target.tls]);
  let agent = agents.get(key);
  if (agent === undefined) {
    agent = new TargetAgent(target);
    agents.set(key, agent);
  }
  agent.connectTimeoutMs = connectTimeoutMs;
  return agent;
}

const sent = Promise.withResolvers<void>();

/** HTTP/1.1 on Node.js's own client, with connections of our own. */
export const transport: Transport = {
  request: send,
  preconnect: (target) => agentFor(target, target.connectTimeoutMs ?? 10_000).openAhead(),
  firstSent: () => sent.promise,
};

async function send(request: TransportRequest): Promise<TransportResponse> {
  const url = new URL(request.url);
  const proxyHeaders = await absoluteFormHeaders(request, url);
  return new Promise((resolve, reject) => {
    const opening: Opening = { progress: atStart() };
    const options: OpeningOptions = {
      opening,
      agent: agentFor(request, request.connectTimeoutMs ?? request.timeoutMs),
      method: request.method,
      path: proxyHeaders === undefined ? url.pathname + url.search : url.href,
      headers: {
        host: url.host,
        ...proxyHeaders,
        ...request.headers,
        ...(request.body === undefined ? {} : { "content-length": Buffer.byteLength(request.body) }),
      },
    };
    const outgoing: ClientRequest = httpRequest(options);
    const fail = (error: unknown) => {
      clearTimeout(timer);
      reject(exchangeFailed(error, url.host, opening.progress.phase));
      outgoing.destroy();
    };
    const timer = setTimeout(() => fail(timedOut(opening.progress, request.timeoutMs)), request.timeoutMs);
    outgoing.on("socket", () => {
      opening.progress = { phase: "send", peer: "server" };
    });
    outgoing.on("finish", () => {
      opening.progress = { phase: "receive", peer: "server" };
      sent.resolve();
    });
    outgoing.on("error", fail);
    outgoing.on("response", (response) => {
      readBody(response, request.maxResponseBytes).then((body) => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, headers: flatten(response), body });
      }, fail);
    });
    outgoing.end(request.body);
  });
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

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new TransportError(
        "receive",
        "ERR_BODY_TOO_LARGE",
        `the response is larger than ${maxBytes} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function flatten(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}
