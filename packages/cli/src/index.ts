export type { ExitCode } from "./commands/command.ts";
export { COMMANDS } from "./commands/index.ts";
export { planInit } from "./commands/init/plan.ts";
export { runProgram } from "./program.ts";
export type { FileStatus, FileSystem, ProcessInfo, Terminal } from "./runtime/types.ts";
export type { Platform } from "./world.ts";
