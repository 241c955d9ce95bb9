export interface ShellRequest {
  /** Handed to `/bin/sh -c`, as the AWS CLI and SDKs do with `credential_process`. */
  readonly command: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until the whole process group is killed. */
  readonly timeoutMs: number;
  /** Bytes of stdout after which the group is killed. */
  readonly maxStdoutBytes: number;
}

export interface ShellResult {
  /** Exit status, or null when a signal or the time limit ended it. */
  readonly status: number | null;
  readonly timedOut: boolean;
  readonly stdout: Uint8Array;
  /** First 4 KiB at most. */
  readonly stderr: string;
}

/** Runs a shell command in a process group of its own; nothing of that group is left when the promise settles. */
export type RunShell = (request: ShellRequest) => Promise<ShellResult>;
