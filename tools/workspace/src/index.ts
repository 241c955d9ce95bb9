export { buildTimes, recordBuildTime } from "./build-times.ts";
export { type Hierarchy, hierarchies, ownHierarchies } from "./control-groups.ts";
export { type DebianRoot, debianRoot, debianRootPath, whyNoDebianRoot } from "./debian-root.ts";
export {
  anyExecutable,
  directoryName,
  type Executable,
  executable,
  executablePath,
  executables,
  RUNTIMES,
  type Runtime,
} from "./executables.ts";
export { type GoProgram, GoPrograms, type Library } from "./go-programs.ts";
export { type Manifest, manifests, readJson } from "./manifests.ts";
export {
  bringUpLoopback,
  CLOUD,
  insideNamespace,
  METADATA,
  type NamespaceOptions,
  nameHosts,
  replaceFile,
  runInNamespace,
} from "./namespace.ts";
export { sectionOf, withSection } from "./page-section.ts";
export { CACHE, DIST, DOCS, ROOT } from "./paths.ts";
export { placeDirectory } from "./place-directory.ts";
export { fileName, ownPlatform, PLATFORMS, type Platform, platformNamed, rustTargetOf } from "./platforms.ts";
export { findOnPath, needsRoot, notInstalled, type RunOptions, run, versionLine } from "./programs.ts";
export { formatSeconds, Progress, type ProgressOutput } from "./progress.ts";
export { pythonProgram } from "./python-program.ts";
export { type RunFileOptions, type RunResult, runFile } from "./run-file.ts";
export { seededRandom } from "./seeded-random.ts";
export {
  type CommandOptions,
  output,
  runSlowCommand,
  runSlowCommandSync,
  type Time,
} from "./slow-command.ts";
export { svgText } from "./svg-text.ts";
export { ToolError } from "./tool-error.ts";
export { toolFlags } from "./tool-flags.ts";
