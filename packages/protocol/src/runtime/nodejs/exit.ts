/**
 * Ends the process without waiting for its threads. `process.exit` joins those of Node.js's pool, and a thread that looks
 * up a name, or reads from a file system that does not respond, may return twenty seconds later or never.
 */

import { runningCommands } from "./commands.ts";

/** Names in `process.getActiveResourcesInfo` of requests that run in a thread of the pool. */
const IN_A_THREAD = /^(?:FSReq|GetAddrInfoReq|GetNameInfoReq)/;

/** First argument that makes a single executable exit at once with the status in the next argument. */
const END_WITH = "--imagecred-internal-end-with";

/** Ends the process and its running commands at once. */
export function exit(code: number): never {
  for (const end of runningCommands) end();
  if (process.getActiveResourcesInfo().some((name) => IN_A_THREAD.test(name))) leaveThreads(code);
  process.exit(code);
}

/** Ends a process that replaced one with blocked threads: see {@link exit}. */
export function endIfReplaced(): void {
  if (process.argv[2] === END_WITH) process.exit(Number(process.argv[3]));
}

/** Ends the process in spite of blocked threads; returns if the system cannot do that. */
function leaveThreads(code: number): void {
  try {
    if (process.platform === "win32") {
      // TerminateProcess, with the status 1.
      if (code !== 0) process.kill(process.pid, "SIGKILL");
      return;
    }
    if (process.execve === undefined) return;
    // execve prints a warning that it is experimental, but stderr is for the kubelet.
    process.emitWarning = () => {};
    // The only way to end all threads at once with an exit status: replace this process by another program.
    const single = process.getBuiltinModule("node:sea").isSea();
    const args = single ? [END_WITH, String(code)] : ["-e", `process.exit(${code})`];
    process.execve(process.execPath, [process.execPath, ...args], {});
  } catch {
    // The process ends when its threads do.
  }
}
