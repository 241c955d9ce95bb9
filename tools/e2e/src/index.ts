export {
  anyExecutable,
  type Executable,
  executable,
  executablePath,
  executables,
  needsRoot,
  RUNTIMES,
  type RunFileOptions,
  type RunResult,
  type Runtime,
  runFile,
} from "@imagecred/workspace";
export { describeIdentities, type Way, type Ways } from "./describe-identities.ts";
export { describePlugin } from "./describe-plugin.ts";
export { expectFailure, expectNothingSent, expectSuccess } from "./expect.ts";
export { identityMapFile } from "./identity-map-file.ts";
export { answered, askPlugin, type Outcome, passwordOf, type Question } from "./in-process.ts";
export { registryStatus } from "./registry-client.ts";
export {
  type ApiVersion,
  kubeletRequest,
  parseResponse,
  type RequestOptions,
  type Response,
} from "./request.ts";
export { runPlugin } from "./run-plugin.ts";
export type { Call, Case, Inputs, Scenario } from "./scenario.ts";
