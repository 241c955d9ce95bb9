import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import type { TestContext } from "node:test";

/** The server's responses, by name. */
export type Zone = Readonly<Record<string, "no such name" | "broken" | "only by TCP" | "alias">>;

const TYPE_A = 1;
const TYPE_CNAME = 5;
const RCODE = { ok: 0, broken: 2, "no such name": 3 } as const;
/** Response, recursion desired and available (RFC 1035, 4.1.1). */
const FLAGS = 0x8180;
const TRUNCATED = 0x0200;

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join("."), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function encodeName(name: string): Buffer {
  const labels = name.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function record(name: Buffer, type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(1, 2);
  head.writeUInt32BE(60, 4);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([name, head, data]);
}

function answer(query: Buffer, zone: Zone, byTcp: boolean): Buffer {
  const { name, type, end } = readQuestion(query);
  const said = zone[name.toLowerCase()] ?? "no such name";
  const cut = said === "only by TCP" && !byTcp;
  const rcode = said === "no such name" || said === "broken" ? RCODE[said] : RCODE.ok;
  const loopback = Buffer.from([127, 0, 0, 1]);
  const pointerToQuestion = Buffer.from([0xc0, 12]);
  const records: Buffer[] = [];
  if (rcode === RCODE.ok && type === TYPE_A && !cut) {
    const target = encodeName("balancer.example");
    if (said === "alias") records.push(record(pointerToQuestion, TYPE_CNAME, target));
    records.push(record(said === "alias" ? target : pointerToQuestion, TYPE_A, loopback));
  }
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(FLAGS | rcode | (cut ? TRUNCATED : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, query.subarray(12, end), ...records]);
}

/** A name server on port 53 of a loopback address. Gives the list of questions that it gets: `udp A name`. */
export async function nameServer(context: TestContext, address: string, zone: Zone): Promise<string[]> {
  const questions: string[] = [];
  const note = (how: string, query: Buffer) => {
    const { name, type } = readQuestion(query);
    questions.push(`${how} ${type === TYPE_A ? "A" : "AAAA"} ${name}`);
  };
  const udp = createSocket("udp4", (query, from) => {
    note("udp", query);
    udp.send(answer(query, zone, false), from.port, from.address);
  });
  const tcp = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data: Buffer) => {
      const query = data.subarray(2);
      note("tcp", query);
      const message = answer(query, zone, true);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      socket.end(Buffer.concat([length, message]));
    });
  });
  await new Promise<void>((resolve) => udp.bind(53, address, resolve));
  await new Promise<void>((resolve) => tcp.listen(53, address, resolve));
  context.after(() => {
    udp.close();
    tcp.close();
  });
  return questions;
}
