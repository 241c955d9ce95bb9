import { messageOf, systemClock } from "@imagecred/protocol";
import { crypto, runProgram as startProgram, stdio, transport } from "@imagecred/protocol/runtime";
import { fileSystem, processInfo, terminal } from "#runtime";
import { systemCode, systemReason } from "./errors.ts";
import { runProgram } from "./program.ts";

const DEFECT = 1;
/** Error codes of write(2). */
const WRITING = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EIO", "EBADF", "EROFS"]);

function fail(error: unknown): never {
  // The reader of our output (head, less) has exited.
  if (systemCode(error) === "EPIPE") stdio.exit(DEFECT);
  // A full disk or a closed descriptor is a system error, not a defect of ours.
  const code = systemCode(error);
  if (code !== undefined && WRITING.has(code)) {
    stdio.writeStderr(`imagecred: writing the output: ${systemReason(error)}\n`);
    stdio.exit(DEFECT);
  }
  // Other system errors are not defects either.
  if (code !== undefined && /^E[A-Z0-9]+$/.test(code)) {
    stdio.writeStderr(`imagecred: ${callOf(error)}${systemReason(error)}\n`);
    stdio.exit(DEFECT);
  }
  stdio.writeStderr(`imagecred: internal error: ${messageOf(error)}; please report it\n`);
  stdio.exit(DEFECT);
}

/** The failed call, such as `stat /path: `; empty if the error does not have it. The static runtime's messages begin with it. */
function callOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const [, call = ""] = /^((?:[a-z]+) .*): [^:]*$/.exec(error.message) ?? [];
  if (!("syscall" in error)) return call === "" ? "" : `${call}: `;
  return `${String(error.syscall)}${"path" in error ? ` ${String(error.path)}` : ""}: `;
}

stdio.onUncaught(fail);
runProgram({
  stdio,
  fileSystem,
  terminal,
  processInfo,
  runProgram: startProgram,
  transport,
  crypto,
  clock: systemClock,
}).then((code) => stdio.exit(code), fail);
