import type { Files } from "@imagecred/node";
import { systemReason } from "../errors.ts";
import type { Platform } from "../runtime/types.ts";
import { EXECUTABLE_HEADER_BYTES, type Executable, inspectExecutable } from "./executable-format.ts";

/** Why the system would not start a file, with its error code. */
export interface StartProblem {
  readonly code: "ENOEXEC" | "ENOENT";
  /** `interpreter`: the file is correct, but its interpreter or loader is missing. */
  readonly kind: "format" | "machine" | "interpreter";
  /** For a sentence that begins with the file: "is for aarch64, and this machine is x86_64". */
  readonly reason: string;
}

/** Whether the system would start an existing executable file. */
export type Start =
  /** `problem` is undefined if none was found. */
  | { readonly state: "read"; readonly executable: Executable; readonly problem: StartProblem | undefined }
  | { readonly state: "unreadable"; readonly reason: string };

/** Interpreters can be scripts themselves, up to this depth (Linux, fs/exec.c). */
const MOST_INTERPRETERS = 5;

/**
 * Examines a file, and why the system would not start it. Called before a file is run: if execve(2) fails with "exec format
 * error", execvp(3), with which this tool starts programs, runs the file with /bin/sh instead; the kubelet does not.
 * @param files of the process that starts it, including interpreters and loaders
 * @param machine this machine, see {@link ownMachine}
 */
export function examineStart(path: string, files: Files, machine: string | undefined): Start {
  try {
    const executable = inspectExecutable(files.read(path, EXECUTABLE_HEADER_BYTES));
    return { state: "read", executable, problem: startProblem(executable, files, machine) };
  } catch (error) {
    return { state: "unreadable", reason: systemReason(error) };
  }
}

/** @throws {Error} of the system if an interpreter cannot be read */
function startProblem(
  executable: Executable,
  files: Files,
  machine: string | undefined,
): StartProblem | undefined {
  let found = executable;
  let prefix = "";
  for (let depth = 0; depth <= MOST_INTERPRETERS; depth++) {
    if (found.kind !== "script") return withPrefix(prefix, binaryProblem(found, files, machine));
    const { interpreter } = found;
    if (files.status(interpreter) === undefined) {
      const reason = `names the interpreter ${JSON.stringify(interpreter)}, which does not exist here`;
      return withPrefix(prefix, { code: "ENOENT", kind: "interpreter", reason });
    }
    prefix = `has the interpreter ${interpreter}, which `;
    found = inspectExecutable(files.read(interpreter, EXECUTABLE_HEADER_BYTES));
  }
  return {
    code: "ENOEXEC",
    kind: "interpreter",
    reason: "has too many interpreters that are scripts themselves",
  };
}

function withPrefix(prefix: string, problem: StartProblem | undefined): StartProblem | undefined {
  return problem === undefined ? undefined : { ...problem, reason: `${prefix}${problem.reason}` };
}

function binaryProblem(
  executable: Exclude<Executable, { readonly kind: "script" }>,
  files: Files,
  own: string | undefined,
): StartProblem | undefined {
  const format = { code: "ENOEXEC", kind: "format" } as const;
  const windows = own?.startsWith(WINDOWS) === true;
  if (executable.kind === "pe") return windowsProblem(executable.machine, own);
  if (windows && executable.kind === "elf") {
    return {
      ...format,
      reason: `is a Linux executable (${executable.machine}), and this machine runs Windows`,
    };
  }
  if (executable.kind === "unknown") {
    return { ...format, reason: "is neither an ELF executable nor a script" };
  }
  if (executable.kind === "broken") return { ...format, reason: `cannot be started: ${executable.reason}` };
  const { machine, interpreter } = executable;
  if (own !== undefined && own !== machine) {
    return { code: "ENOEXEC", kind: "machine", reason: `is for ${machine}, and this machine is ${own}` };
  }
  if (interpreter !== undefined && files.status(interpreter) === undefined) {
    const reason = `needs the loader ${interpreter}, which does not exist here`;
    return { code: "ENOENT", kind: "interpreter", reason };
  }
  return undefined;
}

/** Prefix of {@link ownMachine} on Windows. */
const WINDOWS = "Windows ";

/** Windows on arm64 also runs executables for x86_64. */
function windowsProblem(machine: string, own: string | undefined): StartProblem | undefined {
  if (
    own === undefined ||
    own === `${WINDOWS}${machine}` ||
    (own.startsWith(WINDOWS) && machine !== "aarch64")
  )
    return undefined;
  const reason = own.startsWith(WINDOWS)
    ? `is for ${machine}, and this machine is ${own}`
    : `is a Windows executable (${machine}), and this machine runs Linux`;
  return { code: "ENOEXEC", kind: own.startsWith(WINDOWS) ? "machine" : "format", reason };
}

/** This machine's architecture, from the running executable: `x86_64`, `Windows x86_64`; undefined if not known (macOS). */
export function ownMachine({
  fileSystem,
  processInfo,
}: Pick<Platform, "fileSystem" | "processInfo">): string | undefined {
  try {
    const own = inspectExecutable(fileSystem.read(processInfo.executable, EXECUTABLE_HEADER_BYTES));
    if (own.kind === "pe") return `${WINDOWS}${own.machine}`;
    return own.kind === "elf" ? own.machine : undefined;
  } catch {
    return undefined;
  }
}
