import { spawn } from "node:child_process";

export interface RunOptions {
  readonly args?: readonly string[];
  /** The whole environment: nothing of this process's own is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is written to stdin before it is closed; `never-closed` writes nothing and keeps it open. */
  readonly stdin?: string | Uint8Array | "never-closed";
  /** Milliseconds after which the process is killed. */
  readonly timeoutMs?: number;
  readonly cwd?: string;
  /** `unread`: nobody is at the other end of stdout any more, so that writing to it is EPIPE. */
  readonly stdout?: "read" | "unread";
}

export interface RunResult {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  /** SIGKILL when it took longer than `timeoutMs`. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from the start of the process to its end. */
  readonly wallMs: number;
}

/** What a node gives its processes: a way to find a shell, no home of their own. */
const BASE_ENV = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/nonexistent",
};

/** Runs a plugin as the kubelet does: arguments, environment, request on stdin, and no shell. Never throws for what it does. */
export function runPlugin(executable: string, options: RunOptions = {}): Promise<RunResult> {
  const { args = [], env = {}, stdin = "", timeoutMs = 30_000, cwd = "/", stdout = "read" } = options;
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(executable, args, {
      cwd,
      env: { ...BASE_ENV, ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    if (stdout === "unread") child.stdout.destroy();
    child.stdin.on("error", () => {}); // it may end without reading all that it was given
    if (stdin !== "never-closed") child.stdin.end(stdin);
    let endedAt = startedAt;
    child.once("error", reject);
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
