import { CommandError, systemReason, UsageError } from "../../errors.ts";
import type { FileSystem, Platform } from "../../runtime/types.ts";

/** The largest configuration that is read from a pipe, in bytes. */
const LARGEST_INPUT = 64 << 20;
/** What standard input is called in findings. */
export const STDIN_NAME = "stdin";

/** Files that are in memory, over those of the disk. */
export type Overlay = Map<string, Uint8Array>;

/**
 * What each argument names. Standard input and the pipes of `<(...)` are read here, once: they are read to the end by
 * nature, and have no second time. Other FIFOs are left alone, as a kubelet would wait for them for ever.
 * @throws {UsageError} for standard input named twice, @throws {CommandError}
 */
export async function readInputs(
  configs: readonly string[],
  platform: Platform,
): Promise<{ readonly names: readonly string[]; readonly overlay: Overlay }> {
  const overlay: Overlay = new Map();
  const names: string[] = [];
  for (const config of configs) {
    if (isStdin(config)) {
      if (overlay.has(STDIN_NAME)) throw new UsageError("standard input can be read once only");
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

/** The disk with other contents of some files. */
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
