import { basename } from "node:path";
import { isSea } from "node:sea";
import { isatty, type WriteStream } from "node:tty";
import { nodeFiles } from "@imagecred/node/nodejs";
import type { FileSystem, OperatingSystem, ProcessInfo, Terminal } from "./types.ts";
import { windowsFiles } from "./windows-files.ts";

export const fileSystem: FileSystem = process.platform === "win32" ? windowsFiles(nodeFiles) : nodeFiles;

export const terminal: Terminal = {
  columns(stream) {
    if (!isatty(stream === "stdout" ? 1 : 2)) return undefined;
    return (process[stream] as WriteStream).columns;
  },
};

const OPERATING_SYSTEMS: Readonly<Partial<Record<NodeJS.Platform, OperatingSystem>>> = {
  darwin: "macos",
  linux: "linux",
  win32: "windows",
};

export const processInfo: ProcessInfo = {
  // Windows has no numeric users; no command there checks for root.
  userId: process.geteuid?.() ?? -1,
  workingDirectory: process.cwd(),
  executable: process.execPath,
  // A single executable is its own program; a script is started by name, and npm names it by a link or a .cmd file.
  invokedAs: basename(isSea() ? process.argv0 : (process.argv[1] ?? "")).replace(/\.(exe|js|ts)$/i, ""),
  operatingSystem: OPERATING_SYSTEMS[process.platform] ?? "other",
  runtime: `Node.js ${process.versions.node}`,
};
