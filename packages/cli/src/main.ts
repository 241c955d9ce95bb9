import { messageOf, systemClock } from "@imagecred/protocol";
import { crypto, runProgram as startProgram, stdio, transport } from "@imagecred/protocol/system";
import { disk, surroundings, terminal } from "#system";
import { runProgram } from "./program.ts";

const DEFECT = 1;

function fail(error: unknown): never {
  stdio.writeStderr(`imagecred: internal error: ${messageOf(error)}; please report it\n`);
  stdio.exit(DEFECT);
}

stdio.onUncaught(fail);
runProgram({
  stdio,
  disk,
  terminal,
  surroundings,
  runProgram: startProgram,
  transport,
  crypto,
  clock: systemClock,
}).then((code) => stdio.exit(code), fail);
