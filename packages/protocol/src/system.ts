/**
 * This runtime's edges, for programs that are no plugins (the operator's tool). A plugin calls `serve` and gets them
 * handed in.
 */
export { crypto } from "#crypto";
export { transport } from "#http";
export { runProgram, runShell } from "#process";
export { stdio } from "#stdio";
