import { close, constants, fstat, open, read } from "node:fs";

/** Milliseconds between two attempts to read from a device that has no data yet. */
const DEVICE_PAUSE_MS = 20;

/** Not a FileHandle, which could be closed while the socket still reads it. */
type Descriptor = number;

/**
 * Reads a whole file of any kind. A pipe without a writer blocks the read but not the process: the caller has a time limit.
 * @throws the system's error, or one with the code `EFBIG` for more than `maxBytes`
 */
export async function readFile(path: string, maxBytes: number): Promise<Uint8Array> {
  // O_NONBLOCK: opening a FIFO does not block. O_NOCTTY: no controlling terminal. Windows has neither flag.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
  const fd = await done<Descriptor>((back) => open(path, flags, back));
  let isPipe = false;
  try {
    isPipe = (await done<{ isFIFO(): boolean }>((back) => fstat(fd, back))).isFIFO();
    if (!isPipe) return await readDescriptor(fd, maxBytes);
  } finally {
    if (!isPipe) close(fd, () => {});
  }
  return await readPipe(fd, maxBytes);
}

async function readDescriptor(fd: Descriptor, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(Math.min(64 * 1024, maxBytes + 1 - length));
    const count = await readSome(fd, chunk);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    length += count;
    if (length > maxBytes) throw tooLarge();
  }
}

async function readSome(fd: Descriptor, chunk: Buffer): Promise<number> {
  for (;;) {
    try {
      return await done<number>((back) => read(fd, chunk, 0, chunk.length, null, back));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      await new Promise((resolve) => setTimeout(resolve, DEVICE_PAUSE_MS));
    }
  }
}

/** Reads in the event loop: a thread that reads a pipe would keep the process from ending. The socket closes `fd`. */
async function readPipe(fd: Descriptor, maxBytes: number): Promise<Uint8Array> {
  const { Socket } = process.getBuiltinModule("node:net");
  const socket = new Socket({ fd, readable: true, writable: false });
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) throw tooLarge();
    }
  } finally {
    socket.destroy();
  }
  return Buffer.concat(chunks);
}

/** Promise for a function of `node:fs` with a callback. */
function done<T>(start: (back: (error: Error | null, result: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error === null ? resolve(result) : reject(error)));
  });
}

function tooLarge(): Error {
  return Object.assign(new Error("EFBIG: file too large, read"), { code: "EFBIG" });
}
