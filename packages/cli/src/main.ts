import { messageOf, systemClock } from "@imagecred/protocol";
import { crypto, runProgram as startProgram, stdio, transport } from "@imagecred/protocol/runtime";
import { fileSystem, processInfo, terminal } from "#runtime";
import { systemCode, systemReason } from "./errors.ts";
import { runProgram } from "./program.ts";

const DEFECT = 1;
/** What write(2) may refuse with. */
const WRITING = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EIO", "EBADF", "EROFS"]);

function fail(error: unknown): never {
  // Whoever read our output (head, less) has seen enough.
  if (systemCode(error) === "EPIPE") stdio.exit(DEFECT);
  // A full disk behind a redirection, a closed descriptor: the system's word, and not a defect.
  const code = systemCode(error);
  if (code !== undefined && WRITING.has(code)) {
    stdio.writeStderr(`imagecred: writing the output: ${systemReason(error)}\n`);
    stdio.exit(DEFECT);
  }
  stdio.writeStderr(`imagecred: internal error: ${messageOf(error)}; please report it\n`);
  stdio.exit(DEFECT);
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
