import type { Clock, Crypto, RunProgram, Stdio, Transport } from "@imagecred/protocol";
import type { FileSystem, ProcessInfo, Terminal } from "./runtime/types.ts";

/** Everything outside that a command may touch; `main.ts` hands in the real things, tests hand in what they like. */
export interface Platform {
  readonly stdio: Stdio;
  readonly fileSystem: FileSystem;
  readonly terminal: Terminal;
  readonly processInfo: ProcessInfo;
  readonly runProgram: RunProgram;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly crypto: Crypto;
}
