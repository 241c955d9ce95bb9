export { type BuiltExecutable, buildExecutable, hostCrate, whyNot } from "./build-executable.ts";
export { type Executable, executables, versionOf } from "./executables.ts";
export { nodePackageDirectory } from "./node-binary.ts";
export { distDirectory, root } from "./paths.ts";
export { fileName, ownPlatform, type Platform, platformNamed } from "./platforms.ts";
