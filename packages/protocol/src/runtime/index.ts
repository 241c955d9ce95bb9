/**
 * The operations of the runtime that this program was built for: stdin and stdout, HTTP, child processes, hashes. For
 * programs that are not plugins, such as `imagecred`; a plugin calls `serve`, which passes them.
 */
export { crypto, runProgram, runShell, stdio, transport } from "#runtime";
