export { buildExecutable, whyNot } from "./build-executable.ts";
export { cargo, crateDirectory } from "./cargo.ts";
export { nodePackageDirectory } from "./nodejs-binary.ts";
export { type Program, programs, versionOf } from "./programs.ts";
