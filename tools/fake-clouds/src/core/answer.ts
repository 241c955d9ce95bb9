import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Reply } from "./exchange.ts";
import type { Fault } from "./faults.ts";

/** The client's end of one request: the response, and the TCP socket under the TLS. */
export interface Client {
  readonly response: ServerResponse;
  readonly socket: Socket;
}

/** Sends a reply whole. */
export async function send({ response }: Client, reply: Reply): Promise<void> {
  const body = bytesOf(reply);
  response.writeHead(reply.status, { ...reply.headers, "content-length": body.length });
  await new Promise<void>((resolve) => {
    response.once("close", resolve);
    response.end(body);
  });
}

/** What the service would have said: asked for only by faults that spoil the real answer. */
type RealAnswer = () => Promise<Reply>;

/** Plays a fault on a request that was read whole. @returns the status, when a status line went out */
export async function playOnRequest(
  client: Client,
  fault: Fault,
  real: RealAnswer,
): Promise<number | undefined> {
  switch (fault.kind) {
    case "answer":
      await send(client, fault.reply);
      return fault.reply.status;
    case "redirect": {
      const status = fault.status ?? 307;
      await send(client, { status, headers: { location: fault.location } });
      return status;
    }
    case "huge":
      await sendHuge(client, fault.bytes);
      return 200;
    case "truncate":
      return await sendHalf(client, await real(), () => client.socket.destroySoon());
    case "garbage":
      await write(client.socket, "\u0000\u0001this is not HTTP\r\n\r\n", client);
      client.socket.destroySoon();
      return undefined;
    case "drop":
      client.socket.destroySoon();
      return undefined;
    case "reset":
      if (fault.when === "headers")
        return await sendHalf(client, await real(), () => client.socket.resetAndDestroy());
      client.socket.resetAndDestroy();
      return undefined;
    case "hang":
      return fault.when === "headers" ? await sendHalf(client, await real(), () => {}) : undefined;
    default:
      throw new Error(`fault "${fault.kind}" can't be played on a request`);
  }
}

/** Plays a fault on a new TCP connection. @returns whether that was the end of it */
export function playOnConnection(socket: Socket, fault: Fault): boolean {
  switch (fault.kind) {
    case "reset":
    case "refuse": // a port that many services share can't close for one of them; this is the nearest
      socket.resetAndDestroy();
      return true;
    case "drop":
      socket.destroySoon();
      return true;
    case "hang":
      return true;
    default:
      return false;
  }
}

async function sendHalf({ response }: Client, reply: Reply, then: () => void): Promise<number> {
  const body = bytesOf(reply);
  response.writeHead(reply.status, { ...reply.headers, "content-length": body.length });
  await new Promise<void>((resolve) => response.write(body.subarray(0, body.length / 2), () => resolve()));
  then();
  return reply.status;
}

async function sendHuge({ response }: Client, bytes: number): Promise<void> {
  const chunk = Buffer.alloc(64 * 1024, "a");
  response.writeHead(200, { "content-type": "application/json", "content-length": bytes });
  let left = bytes - 2;
  response.write('"');
  while (left > 0 && !response.destroyed) {
    const piece = left < chunk.length ? chunk.subarray(0, left) : chunk;
    left -= piece.length;
    if (!response.write(piece)) await drained(response);
  }
  if (!response.destroyed) response.end('"');
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once("drain", resolve);
    response.once("close", resolve);
  });
}

/** Past the HTTP layer, into whatever carries it (TLS or TCP). */
function write(socket: Socket, bytes: string, { response }: Client): Promise<void> {
  const carrier = response.socket ?? socket;
  return new Promise((resolve) => carrier.write(bytes, "latin1", () => resolve()));
}

function bytesOf(reply: Reply): Buffer {
  return Buffer.from(reply.body ?? "");
}
