import { spawn } from "node:child_process";

export interface RunFileOptions {
  readonly args?: readonly string[];
  /** The whole environment: nothing of this process's own is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to stdin before it is closed; `never-closed` writes nothing and leaves it open. Default: nothing. */
  readonly stdin?: string | Uint8Array | "never-closed";
  /** Milliseconds after which the process is killed. Default: 30 s. */
  readonly timeoutMs?: number;
  readonly cwd?: string;
  /** `unread` closes the reading end of stdout at once, so that writing to it fails with EPIPE. */
  readonly stdout?: "read" | "unread";
}

export interface RunResult {
  /** null when a signal ended the process. */
  readonly exitCode: number | null;
  /** SIGKILL when the process took longer than `timeoutMs`. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from the start of the process to its end. */
  readonly wallMs: number;
}

/** Runs an executable to its end, without a shell. Rejects only when it cannot be started. */
export function runFile(file: string, options: RunFileOptions = {}): Promise<RunResult> {
  const { args = [], env = {}, stdin = "", timeoutMs = 30_000, cwd, stdout = "read" } = options;
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(file, [...args], { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    if (stdout === "unread") child.stdout.destroy();
    child.stdin.on("error", () => {
      // The program may end without reading everything.
    });
    if (stdin !== "never-closed") child.stdin.end(stdin);
    let endedAt = startedAt;
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("exit", () => {
      endedAt = performance.now();
      child.stdin.destroy();
    });
    child.once("close", (exitCode, signal) => {
      clearTimeout(timer);
      const [stdoutText, stderr] = [Buffer.concat(out).toString(), Buffer.concat(err).toString()];
      resolve({ exitCode, signal, stdout: stdoutText, stderr, wallMs: endedAt - startedAt });
    });
  });
}
