import { messageOf, systemClock } from "@imagecred/protocol";
import { crypto, runProgram as startProgram, stdio, transport } from "@imagecred/protocol/runtime";
import { fileSystem, processInfo, terminal } from "#runtime";
import { systemCode } from "./errors.ts";
import { runProgram } from "./program.ts";

const DEFECT = 1;

function fail(error: unknown): never {
  // Whoever read our output (head, less) has seen enough.
  if (systemCode(error) === "EPIPE") stdio.exit(DEFECT);
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
