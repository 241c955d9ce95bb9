import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** A question of a resolver. */
export interface Asked {
  /** In lower case, without a dot at its end. */
  readonly name: string;
  readonly kind: "A" | "AAAA" | "other";
  readonly byTcp: boolean;
}

/** One record of a response. */
export interface RecordOf {
  readonly owner: string;
  /** As DNS numbers them: 1 A, 5 CNAME, 28 AAAA. */
  readonly kind: number;
  readonly data: Uint8Array;
}

/** A response, and the ways in which it is wrong. */
export interface Reply {
  /** Default: a response, recursion desired and available. */
  readonly flags?: number;
  readonly rcode?: number;
  readonly records?: readonly RecordOf[];
  /** Wrong counts in the header (ANCOUNT, NSCOUNT). */
  readonly counts?: readonly [answers: number | undefined, authority: number | undefined];
  /** Bytes after the records. */
  readonly tail?: readonly number[];
  /** A response with another id comes first. */
  readonly afterForged?: boolean;
  /** Milliseconds. */
  readonly delayMs?: number;
}

/** Responses of a server; undefined for silence. */
export type Answers = (asked: Asked) => Reply | undefined;

export const a = (owner: string, address: string): RecordOf => ({
  owner,
  kind: 1,
  data: Uint8Array.from(address.split(".").map(Number)),
});

/** `fd00::1` and its like: two groups around the zeros. */
export function aaaa(owner: string, address: string): RecordOf {
  const [first = "", last = ""] = address.split("::");
  const data = Buffer.alloc(16);
  data.writeUInt16BE(Number.parseInt(first, 16), 0);
  data.writeUInt16BE(Number.parseInt(last, 16), 14);
  return { owner, kind: 28, data };
}

export const cname = (owner: string, target: string): RecordOf => ({ owner, kind: 5, data: encoded(target) });

const RESPONSE = 0x8180;
const KINDS: Readonly<Record<number, Asked["kind"]>> = { 1: "A", 28: "AAAA" };

/** A name server on port 53 of an address, over UDP and TCP, that responds as configured. It ends with the process. */
export async function startNameServer(address: string, answers: Answers): Promise<void> {
  const udp = createSocket("udp4");
  udp.on("message", (query, { port, address: from }) => {
    respond(query, false, answers, (message) => udp.send(message, port, from));
  });
  udp.bind(53, address);
  await once(udp, "listening");
  const tcp = createServer((socket) => {
    socket.on("error", () => {
      // The resolver has gone.
    });
    let received = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const query = received.subarray(2, end);
        received = received.subarray(end);
        respond(query, true, answers, (message) => {
          const length = Buffer.alloc(2);
          length.writeUInt16BE(message.length);
          socket.write(Buffer.concat([length, message]));
        });
      }
    });
  });
  tcp.listen(53, address);
  await once(tcp, "listening");
}

function respond(query: Buffer, byTcp: boolean, answers: Answers, send: (message: Buffer) => void): void {
  const { name, kind, end } = questionOf(query);
  const reply = answers({ name, kind, byTcp });
  if (reply === undefined) return;
  setTimeout(() => {
    const question = query.subarray(12, end);
    const id = query.readUInt16BE(0);
    if (reply.afterForged === true) send(message((id + 1) & 0xffff, question, reply));
    send(message(id, question, reply));
  }, reply.delayMs ?? 0);
}

function questionOf(query: Buffer): { name: string; kind: Asked["kind"]; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return {
    name: labels.join(".").toLowerCase(),
    kind: KINDS[query.readUInt16BE(at + 1)] ?? "other",
    end: at + 5,
  };
}

function message(id: number, question: Uint8Array, reply: Reply): Buffer {
  const { flags = RESPONSE, rcode = 0, records = [], counts = [undefined, undefined], tail = [] } = reply;
  const header = Buffer.alloc(12);
  const numbers = [id, flags | rcode, 1, counts[0] ?? records.length, counts[1] ?? 0, 0];
  for (const [index, number] of numbers.entries()) header.writeUInt16BE(number, index * 2);
  return Buffer.concat([header, question, ...records.map(recordBytes), Uint8Array.from(tail)]);
}

function recordBytes({ owner, kind, data }: RecordOf): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(kind, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(60, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([encoded(owner), fixed, data]);
}

function encoded(name: string): Uint8Array {
  const labels = name
    .split(".")
    .map((label) => Buffer.concat([Uint8Array.of(label.length), Buffer.from(label)]));
  return Buffer.concat([...labels, Uint8Array.of(0)]);
}
