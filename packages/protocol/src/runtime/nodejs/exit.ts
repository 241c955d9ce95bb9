/**
 * Ends the process without waiting for its threads. `process.exit` joins those of Node.js's pool, and a thread in a name
 * lookup or a read of a file system that does not answer returns when it likes: up to twenty seconds later, or never.
 */

import { runningCommands } from "./commands.ts";

/** Requests that a thread of the pool works on, as `process.getActiveResourcesInfo` names them. */
const IN_A_THREAD = /^(?:FSReq|GetAddrInfoReq|GetNameInfoReq)/;

/** First argument of a single executable that only ends with the status that follows. */
const END_WITH = "--imagecred-internal-end-with";

/** Ends the process, and the commands that it runs, now. */
export function exit(code: number): never {
  for (const end of runningCommands) end();
  if (process.getActiveResourcesInfo().some((name) => IN_A_THREAD.test(name))) leaveThreads(code);
  process.exit(code);
}

/** In a process that replaces one with hanging threads, ends it: see {@link exit}. */
export function endIfReplaced(): void {
  if (process.argv[2] === END_WITH) process.exit(Number(process.argv[3]));
}

/** Returns where the system has no way to do it. */
function leaveThreads(code: number): void {
  try {
    if (process.platform === "win32") {
      // TerminateProcess, with the status 1.
      if (code !== 0) process.kill(process.pid, "SIGKILL");
      return;
    }
    if (process.execve === undefined) return;
    // It announces itself as experimental on stderr, which is the kubelet's.
    process.emitWarning = () => {};
    // The only way to end all threads at once and to have an exit status: another program takes this process over.
    const single = process.getBuiltinModule("node:sea").isSea();
    const args = single ? [END_WITH, String(code)] : ["-e", `process.exit(${code})`];
    process.execve(process.execPath, [process.execPath, ...args], {});
  } catch {
    // Then it takes as long as the threads do.
  }
}
