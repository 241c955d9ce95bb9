import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** Milliseconds between two looks at a device that has nothing to read yet. */
const DEVICE_PAUSE_MS = 20;

/**
 * All of a file, whatever it is. A pipe without a writer is waited for without holding up the process: whoever calls has a
 * time limit.
 * @throws the system's error; one with the code `EFBIG` for more than `maxBytes`
 */
export async function readFile(path: string, maxBytes: number): Promise<Uint8Array> {
  // A FIFO is opened at once, and no terminal becomes ours. Windows has neither flag.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
  const handle = await open(path, flags);
  let isPipe = false;
  try {
    const status = await handle.stat();
    isPipe = status.isFIFO();
    if (!isPipe) return await readHandle(handle, maxBytes);
  } finally {
    if (!isPipe) await handle.close();
  }
  return await readPipe(handle, maxBytes);
}

async function readHandle(handle: FileHandle, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(Math.min(64 * 1024, maxBytes + 1 - length));
    const count = await readSome(handle, chunk);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    length += count;
    if (length > maxBytes) throw tooLarge();
  }
}

async function readSome(handle: FileHandle, chunk: Buffer): Promise<number> {
  for (;;) {
    try {
      return (await handle.read(chunk, 0, chunk.length, null)).bytesRead;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      await new Promise((resolve) => setTimeout(resolve, DEVICE_PAUSE_MS));
    }
  }
}

/** Through the event loop: a thread that reads a pipe would keep the process from ending. */
async function readPipe(handle: FileHandle, maxBytes: number): Promise<Uint8Array> {
  const { Socket } = process.getBuiltinModule("node:net");
  const socket = new Socket({ fd: handle.fd, readable: true, writable: false });
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

function tooLarge(): Error {
  return Object.assign(new Error("EFBIG: file too large, read"), { code: "EFBIG" });
}
