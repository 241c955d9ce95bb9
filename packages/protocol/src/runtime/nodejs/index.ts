/** The Node.js runtime: stdin and stdout, HTTP, files, child processes, hashes. */
export { crypto } from "./crypto.ts";
export { readFile } from "./files.ts";
export { transport } from "./http.ts";
export { runProgram } from "./program.ts";
export { runShell } from "./shell.ts";
export { stdio } from "./stdio.ts";
export { textCoding } from "./text.ts";
