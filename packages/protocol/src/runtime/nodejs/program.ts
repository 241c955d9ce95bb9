import { MAX_PROGRAM_STDERR, type RunProgram } from "../programs.ts";

/** Runs a program as the kubelet runs a plugin. See {@link RunProgram}. */
export const runProgram: RunProgram = (request) =>
  new Promise((resolve, reject) => {
    const { file, args, env, stdin, timeoutMs, maxStdoutBytes, maxWaitAfterExitMs, onStderr } = request;
    const { spawn } = process.getBuiltinModule("node:child_process");
    const { mountsOf } = request;
    // Node.js has no setns(2).
    const [started, ...words] =
      mountsOf === undefined
        ? [file, ...args]
        : ["nsenter", `--mount=/proc/${mountsOf}/ns/mnt`, "--", file, ...args];
    const child = spawn(started, words, {
      env: { ...env },
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    const stdout: Buffer[] = [];
    let length = 0;
    let stderr = "";
    let timedOut = false;
    let outputHeld = false;
    let waitTimer: NodeJS.Timeout | undefined;
    const killTimer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, timeoutMs);

    child.on("error", (error) => {
      // If the program had started, this is a failed kill: the process has ended, and "close" follows.
      if (child.pid !== undefined) return;
      clearTimeout(killTimer);
      reject(error);
    });
    child.stdin.on("error", () => {
      // EPIPE: a program does not have to read its stdin.
    });
    child.stdin.end(stdin);
    child.stdout.on("data", (chunk: Buffer) => {
      const room = Math.max(0, maxStdoutBytes - length);
      length += chunk.length;
      if (room > 0) stdout.push(chunk.subarray(0, room));
      if (length > maxStdoutBytes) child.kill("SIGKILL");
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (stderr.length < MAX_PROGRAM_STDERR) stderr = (stderr + text).slice(0, MAX_PROGRAM_STDERR);
      onStderr?.(text);
    });
    child.on("exit", () => {
      clearTimeout(killTimer);
      if (maxWaitAfterExitMs === undefined) return;
      waitTimer = setTimeout(() => {
        outputHeld = true;
        child.stdout.destroy();
        child.stderr.destroy();
      }, maxWaitAfterExitMs);
    });
    child.on("close", (status, signal) => {
      clearTimeout(killTimer);
      clearTimeout(waitTimer);
      const stdoutTruncated = length > maxStdoutBytes;
      resolve({
        status,
        signal,
        timedOut,
        stdoutTruncated,
        outputHeld,
        stdout: Buffer.concat(stdout),
        stderr,
      });
    });
  });
