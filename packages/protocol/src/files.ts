import { readFile } from "#runtime";
import { OptionsError } from "./errors.ts";
import type { Deadline } from "./http/deadline.ts";
import { within } from "./within.ts";

/** Files that plugins read: tokens, keys, configuration. */
export interface Files {
  /**
   * The whole file as UTF-8 text.
   * @param what the kind of file, for messages: "service account token"
   * @throws {OptionsError} with the kind, the path and the reason
   */
  readText(path: string, what: string): Promise<string>;
  /** The whole file. @throws {OptionsError} as `readText` */
  readBytes(path: string, what: string): Promise<Uint8Array>;
  /** Like `readText`, but undefined if the file does not exist. @throws {OptionsError} for every other failure */
  readTextIfExists(path: string, what: string): Promise<string | undefined>;
}

/** Configuration, keys and tokens are far smaller. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

async function read(path: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(path, MAX_FILE_BYTES);
  } catch (error) {
    throw new OptionsError(`reading the ${what} ${path}: ${await reason(error)}`, { cause: error });
  }
}

async function reason(error: unknown): Promise<string> {
  switch (codeOf(error)) {
    case "ENOENT":
      return "no such file";
    case "EFBIG":
      return "larger than any such file";
    default: {
      const { systemReason } = await import("./system-error.ts");
      return systemReason(error);
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Files of the operating system. */
export const systemFiles: Files = {
  readBytes: read,
  async readText(path, what) {
    return new TextDecoder().decode(await read(path, what));
  },
  async readTextIfExists(path, what) {
    try {
      return new TextDecoder().decode(await read(path, what));
    } catch (error) {
      if (error instanceof OptionsError && codeOf(error.cause) === "ENOENT") return undefined;
      throw error;
    }
  },
};

/**
 * The same files, read within the deadline: a FIFO without a writer, or a file system that does not respond, would block
 * a read forever. @throws {CredentialError} with the file's path
 */
export function filesWithin(files: Files, deadline: Deadline): Files {
  const limited = <T>(path: string, what: string, work: Promise<T>) =>
    within(deadline.remainingMs(), work, {
      action: `reading the ${what} ${path}`,
      reason: `not finished after ${deadline.totalMs} ms`,
      advice: "check whether it is a pipe, or on a file system that does not respond",
    });
  return {
    readText: (path, what) => limited(path, what, files.readText(path, what)),
    readBytes: (path, what) => limited(path, what, files.readBytes(path, what)),
    readTextIfExists: (path, what) => limited(path, what, files.readTextIfExists(path, what)),
  };
}
