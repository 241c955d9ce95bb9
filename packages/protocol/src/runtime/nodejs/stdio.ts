import { fstatSync, writeSync } from "node:fs";
import type { Stdio } from "../stdio.ts";
import { endIfReplaced, exit } from "./exit.ts";

endIfReplaced();

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

/** The process's streams, arguments and environment. */
export const stdio: Stdio = {
  // A single executable has no script path in argv[1]; Node.js repeats the executable there.
  args: process.argv.slice(2),
  env: process.env,
  async readStdin(maxBytes) {
    // Node.js reads a directory as an empty stream.
    if (fstatSync(STDIN).isDirectory()) throw Object.assign(new Error("is a directory"), { code: "EISDIR" });
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) break;
    }
    return Buffer.concat(chunks);
  },
  writeStdout(text) {
    writeAll(STDOUT, text);
  },
  writeStderr(text) {
    try {
      writeAll(STDERR, text);
    } catch {
      // stderr is closed: the exit code still reports the failure.
    }
  },
  exit,
  onUncaught(handler) {
    process.on("uncaughtException", handler);
    process.on("unhandledRejection", handler);
  },
};

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(fd, bytes, offset);
    } catch (error) {
      // Another process made the pipe non-blocking, and its reader is slow.
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
