import { type ChildProcess, spawn } from "node:child_process";
import { type RunShell, StartError } from "../programs.ts";

const MAX_STDERR_CHARACTERS = 4096;

/** Runs a shell command. See {@link RunShell}. */
export const runShell: RunShell = ({ command, env, timeoutMs, maxStdoutBytes }) =>
  new Promise((resolve, reject) => {
    const windows = process.platform === "win32";
    const line = windows ? (["cmd.exe", "/d", "/s", "/c"] as const) : (["/bin/sh", "-c"] as const);
    const [file, ...args] = typeof command === "string" ? [...line, command] : command;
    const child = spawn(file, args, {
      env: { ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that what the command starts can be ended with it.
      detached: !windows,
      windowsVerbatimArguments: windows && typeof command === "string",
    });
    const stdout: Buffer[] = [];
    let length = 0;
    let stderr = "";
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, timeoutMs);
    child.stdout.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxStdoutBytes) killGroup(child);
      else stdout.push(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(0, MAX_STDERR_CHARACTERS);
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(new StartError(file, error.code ?? "EIO", env, error));
    });
    // The command is over when it exits; grandchildren that still hold its pipes are ended, not waited for.
    child.on("exit", () => killGroup(child));
    child.on("close", (status) => {
      clearTimeout(timer);
      resolve({ status, timedOut, stdout: Buffer.concat(stdout), stderr });
    });
  });

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}
