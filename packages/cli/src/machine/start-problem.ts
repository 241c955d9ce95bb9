import { systemReason } from "../errors.ts";
import type { Platform } from "../runtime/types.ts";
import { EXECUTABLE_HEADER_BYTES, type Executable, inspectExecutable } from "./executable-format.ts";

/** Why the system would not start a file, with the code that it answers. */
export interface StartProblem {
  readonly code: "ENOEXEC" | "ENOENT";
  /** For a sentence that begins with the file: "is for aarch64, and this machine is x86_64". */
  readonly reason: string;
}

/** Interpreters may be scripts themselves, so deep (Linux, fs/exec.c). */
const MOST_INTERPRETERS = 5;

/**
 * Why the system would not start a file that is there and executable; undefined where nothing speaks against it. Asked
 * before a file is run: where execve(2) answers "exec format error", execvp(3), which programs are started with, hands
 * the file to /bin/sh instead, and the kubelet does not.
 * @throws {Error} of the system when it cannot be read
 */
export function startProblem(
  path: string,
  platform: Pick<Platform, "fileSystem" | "processInfo">,
): StartProblem | undefined {
  let at = path;
  for (let depth = 0; depth <= MOST_INTERPRETERS; depth++) {
    const found = inspectExecutable(platform.fileSystem.read(at, EXECUTABLE_HEADER_BYTES));
    const whose = at === path ? "" : `has the interpreter ${at}, which `;
    if (found.kind !== "script") {
      const reason = formatProblem(found, platform);
      return reason === undefined ? undefined : { code: "ENOEXEC", reason: `${whose}${reason}` };
    }
    if (platform.fileSystem.status(found.interpreter) === undefined) {
      return {
        code: "ENOENT",
        reason: `${whose}names the interpreter ${JSON.stringify(found.interpreter)}, which does not exist here`,
      };
    }
    at = found.interpreter;
  }
  return { code: "ENOEXEC", reason: "has interpreters that are scripts, one after another" };
}

function formatProblem(
  executable: Exclude<Executable, { readonly kind: "script" }>,
  platform: Pick<Platform, "fileSystem" | "processInfo">,
): string | undefined {
  if (executable.kind === "unknown") return "is neither an ELF executable nor a script";
  if (executable.kind === "broken") return `cannot be started: ${executable.reason}`;
  const own = ownMachine(platform);
  if (own === undefined || own === executable.machine) return undefined;
  return `is for ${executable.machine}, and this machine is ${own}`;
}

/** The machine that runs this, by this very executable; undefined where that is not known (not Linux). */
export function ownMachine({
  fileSystem,
  processInfo,
}: Pick<Platform, "fileSystem" | "processInfo">): string | undefined {
  try {
    const own = inspectExecutable(fileSystem.read(processInfo.executable, EXECUTABLE_HEADER_BYTES));
    return own.kind === "elf" ? own.machine : undefined;
  } catch {
    return undefined;
  }
}

/** {@link startProblem}, with a file that cannot be read as a problem of its own kind. */
export function describeStart(
  path: string,
  platform: Pick<Platform, "fileSystem" | "processInfo">,
): { readonly problem?: StartProblem; readonly unreadable?: string } {
  try {
    const problem = startProblem(path, platform);
    return problem === undefined ? {} : { problem };
  } catch (error) {
    return { unreadable: systemReason(error) };
  }
}
