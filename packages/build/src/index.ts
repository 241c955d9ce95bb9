export { BuildError } from "./build-error.ts";
export { type Bundle, bundleStatic, commonOptions, type ProgramSource } from "./bundle.ts";
export { loadedAtStart, outputNamed } from "./output-files.ts";
export {
  type RuntimeEntry,
  runtimeFor,
  STATIC_PLATFORMS,
  type StaticPlatform,
  thisPlatform,
} from "./runtimes.ts";
export { buildStaticExecutable, type StaticRuntimes } from "./static-executable.ts";
