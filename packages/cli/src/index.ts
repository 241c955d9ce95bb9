export type { FileStatus } from "@imagecred/node";
export type { ExitCode } from "./commands/command.ts";
export { completionScript } from "./commands/completion/command.ts";
export { DEFINITIONS } from "./commands/index.ts";
export { planInit } from "./commands/init/plan.ts";
export { DISTRIBUTIONS } from "./distributions/index.ts";
export type { Distribution } from "./distributions/types.ts";
export { runProgram } from "./program.ts";
export type { FileSystem, Platform, ProcessInfo, Terminal } from "./runtime/types.ts";
