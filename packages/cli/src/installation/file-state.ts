import type { FileStatus, Files } from "@imagecred/node";
import type { Crypto } from "@imagecred/protocol";
import { sha256Hex } from "./sha256.ts";

/** The properties that show whether a file has changed. */
export interface FileState {
  readonly sha256: string;
  /** Octal: `0644`. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
}

/** The state of a file with this content, mode and owner. */
export function fileState(
  data: Uint8Array,
  mode: number,
  { uid, gid }: { readonly uid: number; readonly gid: number },
  crypto: Crypto,
): FileState {
  return { sha256: sha256Hex(crypto, data), mode: octal(mode), uid, gid };
}

/** The state of the file at a path; does not follow a link, undefined if there is no file. @throws {Error} of the system */
export function stateAt(files: Files, path: string, crypto: Crypto): FileState | undefined {
  const status = files.status(path, "do-not-follow");
  if (status?.kind !== "file") return undefined;
  return fileState(readAll(files, path, status), status.mode, status, crypto);
}

/** All of a file of that size. @throws {Error} of the system */
export function readAll(files: Files, path: string, { size }: Pick<FileStatus, "size">): Uint8Array {
  return files.read(path, size + 1);
}

/** Whether two states have the same content, mode and owner; undefined means no file. */
export function isSameState(a: FileState | undefined, b: FileState | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.sha256 === b.sha256 && a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
}

/** `0644` of 0o644. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

/** 0o644 of `0644`. */
export function parseOctal(mode: string): number {
  return Number.parseInt(mode, 8);
}
