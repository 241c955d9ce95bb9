export { describeIdentities, type Way, type Ways } from "./describe-identities.ts";
export { describePlugin } from "./describe-plugin.ts";
export { type Executable, executables, RUNTIMES, type Runtime } from "./executables.ts";
export { expectFailure, expectNothingSent, expectSuccess } from "./expect.ts";
export { needsRoot } from "./machine.ts";
export { registryStatus } from "./registry-client.ts";
export {
  type ApiVersion,
  kubeletRequest,
  parseResponse,
  type RequestOptions,
  type Response,
} from "./request.ts";
export { type RunOptions, type RunResult, runPlugin } from "./run-plugin.ts";
export type { Call, Case, Inputs, Scenario } from "./scenario.ts";
