import { isatty, type WriteStream } from "node:tty";
import { nodeFiles } from "@imagecred/node/nodejs";
import type { FileSystem, ProcessInfo, Terminal } from "./types.ts";

export const fileSystem: FileSystem = nodeFiles;

export const terminal: Terminal = {
  columns(stream) {
    if (!isatty(stream === "stdout" ? 1 : 2)) return undefined;
    return (process[stream] as WriteStream).columns;
  },
};

export const processInfo: ProcessInfo = {
  // Windows has no numeric users; what asks for root there asks in vain anyway.
  userId: process.geteuid?.() ?? -1,
  workingDirectory: process.cwd(),
  executable: process.execPath,
};
