export { type Executable, executables } from "./executables.ts";
export { distDirectory } from "./paths.ts";
export { ownPlatform } from "./platforms.ts";
