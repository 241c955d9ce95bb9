/**
 * The process's edges on the runtime that this program was built for: stdin and stdout, HTTP, child processes, hashes.
 * For programs that are not plugins (the operator's tool); a plugin calls `serve`, which passes them in.
 */
export { crypto, runProgram, runShell, stdio, transport } from "#runtime";
