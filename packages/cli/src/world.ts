import type { Clock, Crypto, RunProgram, Stdio, Transport } from "@imagecred/protocol";
import type { Disk, Surroundings, Terminal } from "./system/types.ts";

/** Everything outside that a command may touch; `main.ts` hands in the real things, tests hand in what they like. */
export interface World {
  readonly stdio: Stdio;
  readonly disk: Disk;
  readonly terminal: Terminal;
  readonly surroundings: Surroundings;
  readonly runProgram: RunProgram;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly crypto: Crypto;
}
