import type { Environment } from "../environment.ts";
import { CredentialError } from "../errors.ts";

/** A command to run, and its limits. */
export interface ShellRequest {
  /**
   * A line for `/bin/sh -c`, as the AWS CLI and SDKs do with `credential_process`; or a program and its arguments, which
   * need no shell. A program without a slash is looked for in the PATH of `env` (execvp(3)).
   */
  readonly command: string | readonly [file: string, ...args: string[]];
  readonly env: Environment;
  /** Milliseconds until the whole process group is killed. */
  readonly timeoutMs: number;
  /** Bytes of stdout after which the group is killed. */
  readonly maxStdoutBytes: number;
}

/** How a shell command ended, and what it wrote. */
export interface ShellResult {
  /** Exit status, or null when a signal or the time limit ended it. */
  readonly status: number | null;
  readonly timedOut: boolean;
  readonly stdout: Uint8Array;
  /** First 4 KiB at most. */
  readonly stderr: string;
}

/**
 * Runs a command in a process group of its own; nothing of that group is left when the promise settles. Rejects with a
 * {@link StartError} where the shell or the program could not be started.
 */
export type RunShell = (request: ShellRequest) => Promise<ShellResult>;

/** A program that could not be started: nodes without /bin/sh are common, so this is an ordinary failure and reads as one. */
export class StartError extends CredentialError {
  /** What was to be started: `/bin/sh` for a line. */
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
        ? "there is no such file, or not the interpreter that it names (ENOENT)"
        : `it was not found in PATH, which is ${JSON.stringify(env["PATH"] ?? "/bin:/usr/bin")} (ENOENT)`;
    case "EACCES":
      return "it may not be executed (EACCES)";
    case "ENOEXEC":
      return "it is not a program for this machine, or a script without its first line (ENOEXEC)";
    case "ETXTBSY":
      return "it is open for writing (ETXTBSY)";
    case "EAGAIN":
    case "ENOMEM":
      return `the system has no room for another process (${code})`;
    case "EMFILE":
    case "ENFILE":
      return `too many files are open (${code})`;
    case "ENOTDIR":
      return "a part of its path is not a directory (ENOTDIR)";
    default:
      return `the system refused (${code})`;
  }
}

/** A program to run, and its limits. */
export interface ProgramRequest {
  /** Path of the executable; no search in PATH, no shell. */
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Environment;
  /** Written to the program's stdin, which is then closed. A program that does not read it is no error. */
  readonly stdin: string | Uint8Array;
  /** Milliseconds until the program itself, and nothing that it started, gets SIGKILL. */
  readonly timeoutMs: number;
  /** Bytes of stdout after which the program is killed. */
  readonly maxStdoutBytes: number;
  /**
   * Milliseconds to wait, once the program has ended, for other processes that still hold its stdout or stderr. Without
   * it the wait has no limit, as in the kubelet (k8s.io/kubernetes, plugin.go: exec.CommandContext without WaitDelay).
   */
  readonly maxWaitAfterExitMs?: number;
  /**
   * Process whose mounts the program runs in: `file` is a path below that process's root (setns(2)). It needs
   * CAP_SYS_ADMIN and CAP_SYS_CHROOT. The Node.js runtime uses the `nsenter` of this machine (util-linux).
   */
  readonly mountsOf?: number;
  /** Gets stderr as it is written, in pieces that end anywhere. */
  readonly onStderr?: (text: string) => void;
}

/** How a program ended, and what it wrote. */
export interface ProgramResult {
  /** Exit status, or null when a signal ended the program. */
  readonly status: number | null;
  /** `SIGKILL`, `SIGSEGV`, ..., or null. */
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** More than `maxStdoutBytes` were written; what is over the limit is not in `stdout`. */
  readonly stdoutTruncated: boolean;
  /** Another process still held stdout or stderr when `maxWaitAfterExitMs` was over. */
  readonly outputHeld: boolean;
  readonly stdout: Uint8Array;
  /** First 64 KiB at most. */
  readonly stderr: string;
}

/**
 * Runs an executable as the kubelet runs a plugin.
 * Rejects with an Error that has the system's `code` (`ENOENT`, `EACCES`, ...) where it could not be started.
 */
export type RunProgram = (request: ProgramRequest) => Promise<ProgramResult>;

/** Characters of stderr that a {@link ProgramResult} keeps. */
export const MAX_PROGRAM_STDERR = 64 * 1024;
