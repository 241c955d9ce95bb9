import type { ChildProcess, ChildProcessByStdio } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { type RunShell, StartError } from "../programs.ts";
import { type EndCommand, runningCommands } from "./commands.ts";
import { codeOf } from "./errors.ts";

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
    const mark = `${MARK}=${process.pid}.${performance.now()}`;
    const endAll = () => {
      killGroup(child);
      killMarked(mark);
    };
    const release = endWithUs(endAll);
    // Loaded when it is needed: most runs start no command.
    const { spawn } = process.getBuiltinModule("node:child_process");
    let started: ChildProcessByStdio<null, Readable, Readable>;
    try {
      started = spawn(file, args, {
        env: { ...env, [MARK]: mark.slice(MARK.length + 1) },
        stdio: ["ignore", "pipe", "pipe"],
        // A group of its own, so that what the command starts can be ended with it.
        detached: !windows,
        windowsVerbatimArguments: windows && typeof command === "string",
      });
    } catch (error) {
      // Some of the system's refusals are thrown, others come as an event.
      release();
      reject(new StartError(file, codeOf(error), env, error));
      return;
    }
    child = started;
    let patience: NodeJS.Timeout | undefined;
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
    // The command is over when it exits. What it started is ended; what still holds the pipes is not waited for.
    started.on("exit", () => {
      endAll();
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

/** A variable of a command's environment, by which what has left its process group is found. */
const MARK = "IMAGECRED_COMMAND";

/** Looks at all processes are made at most so often: one that ends may have started another. */
const LOOKS = 10;

/**
 * Kills what has a mark in the environment that it was started with: what a command started in a session of its own. Linux
 * only; a program that was started with another environment is not found.
 */
function killMarked(mark: string): void {
  if (process.platform !== "linux") return;
  for (let looks = 0; looks < LOOKS; looks++) {
    const found = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isMarked(name, mark));
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}

function isMarked(pid: string, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(mark);
  } catch {
    // Another user's, or gone. What has ended has no environment any more.
    return false;
  }
}

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
