import type { ChildProcess } from "node:child_process";
import { type RunShell, StartError } from "../programs.ts";
import { type EndCommand, runningCommands } from "./commands.ts";

const MAX_STDERR_CHARACTERS = 4096;

/** Milliseconds for reading what an ended command has left in its pipes. */
const PIPES_MS = 100;

/** What ends a program from outside and can be handled. */
const ENDING_SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Runs a shell command. See {@link RunShell}. */
export const runShell: RunShell = ({ command, env, timeoutMs, maxStdoutBytes }) =>
  new Promise((resolve, reject) => {
    const windows = process.platform === "win32";
    const line = windows ? (["cmd.exe", "/d", "/s", "/c"] as const) : (["/bin/sh", "-c"] as const);
    const [file, ...args] = typeof command === "string" ? [...line, command] : command;
    let child: ChildProcess | undefined;
    // Before it starts: a signal in between would leave it behind.
    const release = endWithUs(() => killGroup(child));
    // Loaded when it is needed: most runs start no command.
    const { spawn } = process.getBuiltinModule("node:child_process");
    const started = spawn(file, args, {
      env: { ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that what the command starts can be ended with it.
      detached: !windows,
      windowsVerbatimArguments: windows && typeof command === "string",
    });
    child = started;
    let patience: NodeJS.Timeout | undefined;
    const stdout: Buffer[] = [];
    let length = 0;
    let stderr = "";
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(started);
    }, timeoutMs);
    started.stdout.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxStdoutBytes) killGroup(started);
      else stdout.push(chunk);
    });
    started.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(0, MAX_STDERR_CHARACTERS);
    });
    started.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      release();
      reject(new StartError(file, error.code ?? "EIO", env, error));
    });
    // The command is over when it exits. What it started is ended; a daemon that left its group and still holds the pipes
    // is not waited for.
    started.on("exit", () => {
      killGroup(started);
      patience = setTimeout(() => {
        started.stdout.destroy();
        started.stderr.destroy();
      }, PIPES_MS);
    });
    started.on("close", (status) => {
      clearTimeout(timer);
      clearTimeout(patience);
      release();
      resolve({ status, timedOut, stdout: Buffer.concat(stdout), stderr });
    });
  });

function killGroup(child: ChildProcess | undefined): void {
  if (child?.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}

/** What ends this process ends the command first. Returns the function that stops this. */
function endWithUs(end: EndCommand): () => void {
  const endBoth = (signal: NodeJS.Signals) => {
    end();
    release();
    process.kill(process.pid, signal);
  };
  const release = () => {
    runningCommands.delete(end);
    for (const signal of ENDING_SIGNALS) process.off(signal, endBoth);
  };
  runningCommands.add(end);
  for (const signal of ENDING_SIGNALS) process.on(signal, endBoth);
  return release;
}
