import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Reply } from "./exchange.ts";
import type { BytesFault, Fault } from "./faults.ts";

/** The client's end of one request: the response, and the TCP socket under the TLS. */
export interface Client {
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** The stream that carries HTTP: TLS or the socket. A response has it only during its turn. */
  readonly carrier: Socket;
}

/** Sends a complete reply. */
export async function send({ response }: Client, reply: Reply): Promise<void> {
  const body = bytesOf(reply);
  response.writeHead(reply.status, { ...reply.headers, "content-length": body.length });
  await new Promise<void>((resolve) => {
    response.once("close", resolve);
    response.end(body);
  });
}

export interface FaultContext {
  /** The service's own response, requested only by faults that alter it. */
  readonly real: () => Promise<Reply>;
  /** Called just before anything is sent; the status is undefined if no status line is sent. */
  readonly announce: (status: number | undefined) => void;
}

/** Plays a fault on a fully read request. */
export async function playOnRequest(client: Client, fault: Fault, context: FaultContext): Promise<void> {
  const { socket } = client;
  switch (fault.kind) {
    case "answer":
      context.announce(fault.reply.status);
      return await send(client, fault.reply);
    case "redirect": {
      const status = fault.status ?? 307;
      context.announce(status);
      return await send(client, { status, headers: { location: fault.location } });
    }
    case "huge":
      context.announce(200);
      return await sendHuge(client, fault.bytes);
    case "truncate":
      return await sendHalf(client, context, () => socket.destroySoon());
    case "garbage":
      context.announce(undefined);
      await write(client, "\u0000\u0001this is not HTTP\r\n\r\n");
      return void socket.destroySoon();
    case "drop":
      context.announce(undefined);
      return void socket.destroySoon();
    case "bytes": {
      const { pieces } = fault;
      const made = typeof pieces === "function" ? pieces(await context.real()) : pieces;
      context.announce(undefined);
      return await sendBytes(client.carrier, socket, { ...fault, pieces: made });
    }
    case "reset":
      if (fault.when === "headers") return await sendHalf(client, context, () => socket.resetAndDestroy());
      context.announce(undefined);
      return void socket.resetAndDestroy();
    case "hang":
      if (fault.when === "headers") await sendHalf(client, { ...context, announce: () => {} }, () => {});
      return;
    default:
      throw new Error(`fault "${fault.kind}" can't be played on a request`);
  }
}

/** Plays a fault on a new TCP connection. @returns whether the connection has ended */
export function playOnConnection(socket: Socket, fault: Fault): boolean {
  switch (fault.kind) {
    case "reset":
    case "refuse": // a port shared by many services can't close for one of them; this is the closest equivalent
      socket.resetAndDestroy();
      return true;
    case "drop":
      socket.destroySoon();
      return true;
    case "hang":
      socket.resume(); // without a reader, Node.js does not notice that the client closes it
      return true;
    case "bytes":
      void sendBytes(socket, socket, fault);
      return true;
    default:
      return false;
  }
}

/** @param carrier the stream that carries HTTP: `socket` itself, or the TLS over it */
async function sendBytes(carrier: Socket, socket: Socket, fault: BytesFault): Promise<void> {
  const { pieces, everyMs, end } = fault;
  if (typeof pieces === "function") throw new Error("there is no response before there is a request");
  // A client may close the connection once it has enough; that is not an error.
  carrier.on("error", () => {});
  for (const [index, piece] of pieces.entries()) {
    if (index > 0 && everyMs !== undefined) await delay(everyMs);
    if (carrier.destroyed) return;
    await new Promise((resolve) => carrier.write(Buffer.from(piece as string, "latin1"), resolve));
  }
  if (end === "close") carrier.end();
  else if (end === "reset") socket.resetAndDestroy();
}

async function sendHalf(
  { response }: Client,
  { real, announce }: FaultContext,
  then: () => void,
): Promise<void> {
  const reply = await real();
  const body = bytesOf(reply);
  announce(reply.status);
  response.writeHead(reply.status, { ...reply.headers, "content-length": body.length });
  await new Promise<void>((resolve) => response.write(body.subarray(0, body.length / 2), () => resolve()));
  then();
}

async function sendHuge({ response }: Client, bytes: number): Promise<void> {
  response.writeHead(200, { "content-type": "application/json", "content-length": bytes });
  // A client may close the connection once it has enough; that is not an error.
  await pipeline(jsonString(bytes), response).catch(() => {});
}

function* jsonString(bytes: number): Generator<string> {
  yield '"';
  for (let left = bytes - 2; left > 0; left -= CHUNK) yield "a".repeat(Math.min(left, CHUNK));
  yield '"';
}

const CHUNK = 64 * 1024;

/** Writes below the HTTP layer, directly to TLS or TCP. */
function write({ carrier }: Client, bytes: string): Promise<void> {
  return new Promise((resolve) => carrier.write(bytes, "latin1", () => resolve()));
}

function bytesOf(reply: Reply): Buffer {
  return Buffer.from(reply.body ?? "");
}
