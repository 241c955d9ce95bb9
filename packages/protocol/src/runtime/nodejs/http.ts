import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import {
  type Target,
  type Transport,
  TransportError,
  type TransportPhase,
  type TransportRequest,
  type TransportResponse,
} from "../../http/transport.ts";
import { openConnection, proxyAuthorization } from "./connect.ts";
import { transportErrorFrom } from "./errors.ts";

/** Connections to one target: at most one being opened ahead, the others kept alive between requests by the agent. */
class TargetAgent extends Agent {
  readonly #target: Target;
  #ahead: Promise<Duplex> | undefined;
  connectTimeoutMs = 0;

  constructor(target: Target) {
    super({ keepAlive: true });
    this.#target = target;
  }

  openAhead(): void {
    if (this.#ahead !== undefined) return;
    this.#ahead = openConnection(this.#target, this.connectTimeoutMs);
    // A failure shows when the request that wants the connection is made.
    this.#ahead.catch(() => {});
  }

  override createConnection(_: unknown, callback?: (error: Error | null, stream: Duplex) => void): undefined {
    const opening = this.#ahead ?? openConnection(this.#target, this.connectTimeoutMs);
    this.#ahead = undefined;
    opening.then(
      (socket) => callback?.(null, socket),
      (error: Error) => (callback as (error: Error) => void)(error),
    );
    return undefined;
  }
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

/** The runtime's own HTTP layer. */
export const transport: Transport = {
  request: send,
  preconnect: (target) => agentFor(target, target.connectTimeoutMs ?? 10_000).openAhead(),
  firstSent: () => sent.promise,
};

function send(request: TransportRequest): Promise<TransportResponse> {
  return new Promise((resolve, reject) => {
    const url = new URL(request.url);
    const absoluteForm = request.proxy !== undefined && url.protocol === "http:";
    let phase: TransportPhase = "connect";
    const outgoing: ClientRequest = httpRequest({
      agent: agentFor(request, request.connectTimeoutMs ?? request.timeoutMs),
      method: request.method,
      path: absoluteForm ? url.href : url.pathname + url.search,
      headers: {
        host: url.host,
        ...(absoluteForm && request.proxy !== undefined ? proxyAuthorization(new URL(request.proxy)) : {}),
        ...request.headers,
        ...(request.body === undefined ? {} : { "content-length": Buffer.byteLength(request.body) }),
      },
    });
    const fail = (error: unknown) => {
      clearTimeout(timer);
      reject(transportErrorFrom(error, phase));
      outgoing.destroy();
    };
    const timer = setTimeout(() => {
      fail(new TransportError(phase, "ETIMEDOUT", `nothing for ${Math.round(request.timeoutMs)} ms`));
    }, request.timeoutMs);
    outgoing.on("socket", () => {
      phase = "send";
    });
    outgoing.on("finish", () => {
      phase = "receive";
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

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new TransportError(
        "receive",
        "ERR_BODY_TOO_LARGE",
        `the answer is larger than ${maxBytes} bytes`,
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
