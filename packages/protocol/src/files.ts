import { readFile } from "#runtime";
import { OptionsError } from "./errors.ts";
import type { Deadline } from "./http/deadline.ts";
import { within } from "./within.ts";

/** Files that plugins read: tokens, keys, configuration. */
export interface Files {
  /**
   * The whole file as UTF-8 text.
   * @throws {OptionsError} naming the path, the reason, and `what` the file is ("service account token")
   */
  readText(path: string, what: string): Promise<string>;
  /** The whole file. @throws {OptionsError} as `readText` */
  readBytes(path: string, what: string): Promise<Uint8Array>;
  /** undefined where there is no such file. @throws {OptionsError} for every other failure */
  readTextIfThere(path: string, what: string): Promise<string | undefined>;
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

/** The system's files. */
export const systemFiles: Files = {
  readBytes: read,
  async readText(path, what) {
    return new TextDecoder().decode(await read(path, what));
  },
  async readTextIfThere(path, what) {
    try {
      return new TextDecoder().decode(await read(path, what));
    } catch (error) {
      if (error instanceof OptionsError && codeOf(error.cause) === "ENOENT") return undefined;
      throw error;
    }
  },
};

/**
 * The same files, read within the time that is left: a FIFO that nothing is written to, or a file system that does not
 * answer, would keep a read waiting for ever. @throws {CredentialError} naming the file
 */
export function filesWithin(files: Files, deadline: Deadline): Files {
  const limited = <T>(path: string, what: string, work: Promise<T>) =>
    within(deadline.remainingMs(), work, {
      action: `reading the ${what} ${path}`,
      reason: `it had not come to an end after ${deadline.totalMs} ms`,
      advice: "check what the file is: a pipe, or on a file system that does not answer",
    });
  return {
    readText: (path, what) => limited(path, what, files.readText(path, what)),
    readBytes: (path, what) => limited(path, what, files.readBytes(path, what)),
    readTextIfThere: (path, what) => limited(path, what, files.readTextIfThere(path, what)),
  };
}
