import { createSocket } from "node:dgram";
import { once } from "node:events";

/** The address of a host name, or undefined when the name does not exist. */
export type Lookup = (name: string) => string | undefined;

const A = 1;
const NAME_ERROR = 3;

/**
 * A name server for IPv4 addresses, on port 53 (RFC 1035): the one in the nodes' /etc/resolv.conf. No name has
 * records of other types.
 */
export async function serveNames(address: string, lookup: Lookup): Promise<AsyncDisposable> {
  const socket = createSocket("udp4");
  socket.on("message", (query, { address: peer, port }) => {
    const response = answerQuery(query, lookup);
    if (response !== undefined) socket.send(response, port, peer);
  });
  socket.bind(53, address);
  await once(socket, "listening");
  return {
    async [Symbol.asyncDispose]() {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}

/** The response to a query with one question; undefined when it cannot be read. */
export function answerQuery(query: Buffer, lookup: Lookup): Buffer | undefined {
  const question = parseQuestion(query);
  if (question === undefined) return undefined;
  const { name, type, end } = question;
  const address = lookup(name.toLowerCase());
  const records = address !== undefined && type === A ? [record(address)] : [];
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2); // the query's id
  // A response, with recursion desired as in the query, and available.
  header[2] = 0x80 | (query.readUInt8(2) & 0x79);
  header[3] = 0x80 | (address === undefined ? NAME_ERROR : 0);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, query.subarray(12, end), ...records]);
}

function parseQuestion(query: Buffer): { name: string; type: number; end: number } | undefined {
  const labels: string[] = [];
  let position = 12;
  for (;;) {
    const length = query[position];
    if (length === undefined || length > 63) return undefined;
    position++;
    if (length === 0) break;
    labels.push(query.toString("latin1", position, position + length));
    position += length;
  }
  const end = position + 4;
  return query.length < end ? undefined : { name: labels.join("."), type: query.readUInt16BE(position), end };
}

/** An A record of the name in the question, for a minute. */
function record(address: string): Buffer {
  const fixed = Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 60, 0, 4]);
  return Buffer.concat([fixed, Buffer.from(address.split(".").map(Number))]);
}
