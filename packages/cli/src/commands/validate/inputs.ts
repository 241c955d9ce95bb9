import { CommandError, systemReason, UsageError } from "../../errors.ts";
import type { FileSystem, Platform } from "../../runtime/types.ts";

/** The largest configuration that is read from a pipe, in bytes. */
const LARGEST_INPUT = 64 << 20;
/** Name of standard input in findings. */
export const STDIN_NAME = "stdin";

/** Files in memory that replace those on disk, by path. */
export type Overlay = Map<string, Uint8Array>;

/**
 * The names of the inputs, and the content of those that can be read only once: standard input and the pipes of `<(...)`.
 * Other FIFOs are not read: a kubelet would wait for them forever.
 * @throws {UsageError} for standard input given twice, @throws {CommandError} if a pipe cannot be read
 */
export async function readInputs(
  configs: readonly string[],
  platform: Platform,
): Promise<{ readonly names: readonly string[]; readonly overlay: Overlay }> {
  const overlay: Overlay = new Map();
  const names: string[] = [];
  for (const config of configs) {
    if (isStdin(config)) {
      if (overlay.has(STDIN_NAME)) throw new UsageError("standard input can be read only once");
      overlay.set(STDIN_NAME, await platform.stdio.readStdin(LARGEST_INPUT));
      names.push(STDIN_NAME);
      continue;
    }
    if (isPipe(config, platform.fileSystem)) overlay.set(config, readPipe(config, platform.fileSystem));
    names.push(config);
  }
  return { names, overlay };
}

function isStdin(config: string): boolean {
  return config === "-" || /^\/(?:dev\/stdin|dev\/fd\/0|proc\/self\/fd\/0)$/.test(config);
}

function isPipe(config: string, fileSystem: FileSystem): boolean {
  return /^\/(?:dev|proc\/self)\/fd\/\d+$/.test(config) && fileSystem.status(config)?.kind === "fifo";
}

function readPipe(path: string, fileSystem: FileSystem): Uint8Array {
  try {
    return fileSystem.read(path, LARGEST_INPUT);
  } catch (error) {
    throw new CommandError(`reading ${path}: ${systemReason(error)}`, { cause: error });
  }
}

/** The file system with the overlay's files instead of those on disk. */
export function overlaid(fileSystem: FileSystem, overlay: Overlay): FileSystem {
  if (overlay.size === 0) return fileSystem;
  return {
    ...fileSystem,
    status(path, links) {
      const data = overlay.get(path);
      if (data === undefined) return fileSystem.status(path, links);
      const real = path === STDIN_NAME ? undefined : fileSystem.status(path, links);
      const { mode, uid, gid, modifiedMs } = real ?? { mode: 0o600, uid: 0, gid: 0, modifiedMs: 0 };
      return { kind: "file", mode, uid, gid, modifiedMs, size: data.length };
    },
    read: (path, maxBytes) => overlay.get(path)?.subarray(0, maxBytes) ?? fileSystem.read(path, maxBytes),
  };
}
