export { type BuiltExecutable, buildExecutable, hostCrate, whyNot } from "./build-executable.ts";
export { cargo } from "./cargo.ts";
export { type Executable, executables, versionOf } from "./executables.ts";
export { nodePackageDirectory } from "./node-binary.ts";
export { cacheDirectory, distDirectory, root } from "./paths.ts";
export { fileName, ownPlatform, type Platform, platformNamed } from "./platforms.ts";
export { run } from "./run.ts";
export { BuildError } from "./say.ts";
