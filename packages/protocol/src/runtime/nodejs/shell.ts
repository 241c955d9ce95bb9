import type { ChildProcess, ChildProcessByStdio } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { type RunShell, StartError } from "../programs.ts";
import { type EndCommand, runningCommands } from "./commands.ts";
import { codeOf } from "./errors.ts";

const MAX_STDERR_CHARACTERS = 4096;

/** Milliseconds to read the rest of the pipes after a command has ended. */
const PIPES_MS = 100;

/** Signals that end a program and can be handled. */
const ENDING_SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Runs a shell command. See {@link RunShell}. */
export const runShell: RunShell = ({ command, env, timeoutMs, maxStdoutBytes }) =>
  new Promise((resolve, reject) => {
    const windows = process.platform === "win32";
    const line = windows ? (["cmd.exe", "/d", "/s", "/c"] as const) : (["/bin/sh", "-c"] as const);
    const [file, ...args] = typeof command === "string" ? [...line, command] : command;
    let child: ChildProcess | undefined;
    // Set up before the start: a signal in between would otherwise leave the command running.
    const mark = `${MARK}=${process.pid}.${performance.now()}`;
    const endAll = () => {
      killGroup(child);
      killMarked(mark);
    };
    const release = endWithProcess(endAll);
    // Loaded on demand: most runs start no command.
    const { spawn } = process.getBuiltinModule("node:child_process");
    let started: ChildProcessByStdio<null, Readable, Readable>;
    try {
      started = spawn(file, args, {
        env: { ...env, [MARK]: mark.slice(MARK.length + 1) },
        stdio: ["ignore", "pipe", "pipe"],
        // A separate process group, so that the command's child processes can be ended with it.
        detached: !windows,
        windowsVerbatimArguments: windows && typeof command === "string",
      });
    } catch (error) {
      // Some system errors are thrown, others are reported as an event.
      release();
      reject(new StartError(file, codeOf(error), env, error));
      return;
    }
    child = started;
    let pipesTimer: NodeJS.Timeout | undefined;
    const stdout: Buffer[] = [];
    let length = 0;
    let stderr = "";
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      endAll();
    }, timeoutMs);
    started.stdout.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxStdoutBytes) endAll();
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
    // When the command exits, its child processes are ended. Processes that still hold the pipes are not awaited.
    started.on("exit", () => {
      endAll();
      pipesTimer = setTimeout(() => {
        started.stdout.destroy();
        started.stderr.destroy();
      }, PIPES_MS);
    });
    started.on("close", (status) => {
      clearTimeout(timer);
      clearTimeout(pipesTimer);
      release();
      resolve({ status, timedOut, stdout: Buffer.concat(stdout), stderr });
    });
  });

/** Environment variable that marks a command's child processes, to find those that left its process group. */
const MARK = "IMAGECRED_COMMAND";

/** How often all processes are searched at most: one that ends may have started another. */
const MAX_SEARCHES = 10;

/**
 * Kills the processes that were started with a mark in their environment: child processes in another session. Linux only;
 * a process that was started with another environment is not found.
 */
function killMarked(mark: string): void {
  if (process.platform !== "linux") return;
  for (let search = 0; search < MAX_SEARCHES; search++) {
    const found = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isMarked(name, mark));
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // The process has already ended.
      }
    }
  }
}

function isMarked(pid: string, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(mark);
  } catch {
    // Another user's process, or one that has ended.
    return false;
  }
}

function killGroup(child: ChildProcess | undefined): void {
  if (child?.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group has already ended.
  }
}

/** Ends a command before a signal ends this process. @returns a function that undoes this */
function endWithProcess(end: EndCommand): () => void {
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
