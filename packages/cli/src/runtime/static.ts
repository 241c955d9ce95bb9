import "./static-globals.ts";
import * as files from "imagecred:files";
import { columns, executable, userId, workingDirectory } from "imagecred:terminal";
import type { FileSystem, ProcessInfo, Terminal } from "./types.ts";

export const fileSystem: FileSystem = {
  status: (path, links = "follow") => files.status(path, links === "follow"),
  read: files.read,
  list: (path) => files.list(path).sort((a, b) => (a < b ? -1 : 1)),
  create: files.create,
  rename: files.rename,
  remove: files.remove,
  removeDirectory: files.removeDirectory,
  makeDirectory: files.makeDirectory,
  changeOwner: files.changeOwner,
  changeMode: files.changeMode,
  syncDirectory: files.syncDirectory,
  realPath: files.realPath,
  readLink: files.readLink,
};

export const terminal: Terminal = {
  columns: (stream) => columns(stream === "stdout" ? 1 : 2),
};

export const processInfo: ProcessInfo = {
  userId: userId(),
  workingDirectory: workingDirectory(),
  executable: executable(),
  invokedAs: nameOf(startedAs() ?? executable()),
  operatingSystem: "linux",
  runtime: "static",
};

/** The first argument of the process, which has the name of a link, unlike /proc/self/exe; undefined without /proc. */
function startedAs(): string | undefined {
  try {
    const [name] = new TextDecoder().decode(files.read("/proc/self/cmdline", 4096)).split("\0");
    return name;
  } catch {
    return undefined;
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
