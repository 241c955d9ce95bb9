import type { FileStatus, Files } from "./files.ts";
import { codeOf, reasonOf } from "./system-error.ts";

/** The default size limit: configuration files of a node have a few kilobytes. */
export const LARGEST_TEXT_BYTES = 4 << 20;

/** The result of reading a file. */
export type FileText =
  | { readonly state: "read"; readonly text: string; readonly status: FileStatus }
  | { readonly state: "absent" }
  | { readonly state: "unreadable"; readonly reason: string };

/**
 * Reads a text file and never blocks: a path that is not a regular file (a FIFO, a device) is unreadable, as is a file larger
 * than `maxBytes`. Bytes that are not UTF-8 become U+FFFD.
 */
export function readText(files: Files, path: string, maxBytes: number = LARGEST_TEXT_BYTES): FileText {
  try {
    const status = files.status(path);
    if (status === undefined) return { state: "absent" };
    if (status.kind !== "file") return { state: "unreadable", reason: `it is a ${status.kind}, not a file` };
    const bytes = files.read(path, maxBytes + 1);
    if (bytes.length > maxBytes)
      return { state: "unreadable", reason: `it is larger than ${maxBytes} bytes` };
    return { state: "read", text: new TextDecoder().decode(bytes), status };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { state: "absent" };
    return { state: "unreadable", reason: reasonOf(error) };
  }
}

/** The names in a directory, sorted by code unit as by Go and systemd, or why it cannot be listed. */
export type Listing =
  | { readonly state: "read"; readonly names: readonly string[] }
  | { readonly state: "absent" }
  | { readonly state: "unreadable"; readonly reason: string };

export function listDirectory(files: Files, path: string): Listing {
  try {
    const status = files.status(path);
    if (status === undefined) return { state: "absent" };
    if (status.kind !== "directory") {
      return { state: "unreadable", reason: `it is a ${status.kind}, not a directory` };
    }
    return { state: "read", names: [...files.list(path)].sort((a, b) => (a < b ? -1 : 1)) };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { state: "absent" };
    return { state: "unreadable", reason: reasonOf(error) };
  }
}
