export type { ExitCode } from "./commands/command.ts";
export { planInit } from "./commands/init/plan.ts";
export { COMMANDS } from "./definitions/index.ts";
export { runProgram } from "./program.ts";
export type { Disk, FileStatus, Surroundings, Terminal } from "./system/types.ts";
export type { World } from "./world.ts";
