export { BuildError } from "./build-error.ts";
export { type Bundle, bundleStatic, commonOptions, type ProgramSource } from "./bundle.ts";
export { buildStaticExecutable, type StaticRuntimes } from "./static-executable.ts";
