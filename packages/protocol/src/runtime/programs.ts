import type { Environment } from "../environment.ts";
import { CredentialError } from "../errors.ts";

/** A command to run, with its limits. */
export interface ShellRequest {
  /**
   * A line for `/bin/sh -c`, as the AWS CLI and SDKs run `credential_process`; or a program and its arguments, which are
   * run without a shell. A program without a slash is searched in the PATH of `env` (execvp(3)).
   */
  readonly command: string | readonly [file: string, ...args: string[]];
  readonly env: Environment;
  /** Milliseconds until the whole process group is killed. */
  readonly timeoutMs: number;
  /** Bytes of stdout after which the group is killed. */
  readonly maxStdoutBytes: number;
}

/** Exit status and output of a command. */
export interface ShellResult {
  /** Exit status, or null if a signal or the time limit ended it. */
  readonly status: number | null;
  readonly timedOut: boolean;
  readonly stdout: Uint8Array;
  /** First 4 KiB at most. */
  readonly stderr: string;
}

/**
 * Runs a command in its own process group, which has ended when the promise settles. Rejects with a {@link StartError} if
 * the shell or the program could not be started.
 */
export type RunShell = (request: ShellRequest) => Promise<ShellResult>;

/** A program could not be started. Nodes without /bin/sh are common, so this is not an internal error. */
export class StartError extends CredentialError {
  /** The program: `/bin/sh` for a line. */
  readonly file: string;
  /** The system's code: `ENOENT`, `EACCES`, `ENOEXEC`, ... */
  readonly code: string;

  constructor(file: string, code: string, env: Environment, cause: unknown) {
    super({ action: `starting ${file}`, reason: whyNotStarted(file, code, env), cause });
    this.file = file;
    this.code = code;
  }
}

function whyNotStarted(file: string, code: string, env: Environment): string {
  switch (code) {
    case "ENOENT":
      return file.includes("/")
        ? "the file, or the interpreter that its first line names, does not exist (ENOENT)"
        : `it was not found in PATH, which is ${JSON.stringify(env["PATH"] ?? "/bin:/usr/bin")} (ENOENT)`;
    case "EACCES":
      return "it may not be executed (EACCES)";
    case "ENOEXEC":
      return "it is not a program for this machine, or a script without its first line (ENOEXEC)";
    case "ETXTBSY":
      return "it is open for writing (ETXTBSY)";
    case "EAGAIN":
    case "ENOMEM":
      return `the system cannot create another process (${code})`;
    case "EMFILE":
    case "ENFILE":
      return `too many files are open (${code})`;
    case "ENOTDIR":
      return "a part of its path is not a directory (ENOTDIR)";
    default:
      return `the system refused (${code})`;
  }
}

/** A program to run, with its limits. */
export interface ProgramRequest {
  /** Path of the executable. PATH is not searched, and no shell is used. */
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Environment;
  /** Written to the program's stdin, which is then closed. The program does not have to read it. */
  readonly stdin: string | Uint8Array;
  /** Milliseconds until the program, but not its child processes, gets SIGKILL. */
  readonly timeoutMs: number;
  /** Bytes of stdout after which the program is killed. */
  readonly maxStdoutBytes: number;
  /**
   * Milliseconds to wait, after the program has ended, for other processes that hold its stdout or stderr open. Default: no
   * limit, as in the kubelet (k8s.io/kubernetes, plugin.go: exec.CommandContext without WaitDelay).
   */
  readonly maxWaitAfterExitMs?: number;
  /**
   * Process whose mount namespace the program runs in (setns(2)): `file` is a path below that process's root. This needs
   * CAP_SYS_ADMIN and CAP_SYS_CHROOT. The Node.js runtime uses this machine's `nsenter` (util-linux).
   */
  readonly mountsOf?: number;
  /** Called with stderr as it is written, in pieces that may end anywhere. */
  readonly onStderr?: (text: string) => void;
}

/** Exit status and output of a program. */
export interface ProgramResult {
  /** Exit status, or null if a signal ended the program. */
  readonly status: number | null;
  /** `SIGKILL`, `SIGSEGV`, ..., or null. */
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** True if more than `maxStdoutBytes` were written; the rest is not in `stdout`. */
  readonly stdoutTruncated: boolean;
  /** True if another process still held stdout or stderr open after `maxWaitAfterExitMs`. */
  readonly outputHeld: boolean;
  readonly stdout: Uint8Array;
  /** First 64 KiB at most. */
  readonly stderr: string;
}

/**
 * Runs an executable as the kubelet runs a plugin.
 * Rejects with an Error that has the system's `code` (`ENOENT`, `EACCES`, ...) if it could not be started.
 */
export type RunProgram = (request: ProgramRequest) => Promise<ProgramResult>;

/** Characters of stderr in a {@link ProgramResult} at most. */
export const MAX_PROGRAM_STDERR = 64 * 1024;
