export { buildAll } from "./build.ts";
export { buildExecutable, whyNot } from "./build-executable.ts";
export { bundleNpm } from "./bundle.ts";
export { cargo, crateDirectory } from "./cargo.ts";
export { nodePackageDirectory, OLDEST_NODEJS, oldestNodejs } from "./nodejs-binary.ts";
export { parseOptions } from "./options.ts";
export { type Program, programs, versionOf } from "./programs.ts";
export { staticRuntimeFor } from "./static-runtime.ts";
