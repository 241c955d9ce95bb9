/**
 * The kubelet's behavior with image credential provider plugins, including its messages. Pure functions and small classes;
 * callers pass the file system, the clock and the function that runs programs.
 */
export {
  type FiledCredential,
  type IgnoredKey,
  Keyring,
  type LabelMatch,
  type MatchExplanation,
  type MatchNote,
  type MatchReason,
  type MatchSide,
  matchImage,
} from "@imagecred/protocol/keyring";
export { configHash } from "./config/hash.ts";
export { configJsonSchema, type JsonSchema } from "./config/json-schema.ts";
export {
  type KubeletRules,
  KubernetesVersionError,
  kubeletRules,
  LATEST_KUBERNETES,
} from "./config/kubernetes-version.ts";
export type { ConfigProblem, ProblemCode, SourceLocation } from "./config/problem.ts";
export { type ConfigReading, type ReadOptions, readConfig } from "./config/read-config.ts";
export type {
  CredentialProvider,
  CredentialProviderConfig,
  ExecEnvVar,
  ServiceAccountTokenAttributes,
} from "./config/types.ts";
export { PROVIDER_API_VERSIONS } from "./config/validate.ts";
export type { DiskEntry, FileSystem } from "./file-system.ts";
export { executablePath, WINDOWS_PROGRAM } from "./go/executable-path.ts";
export { isWindowsPath, windowsVolume } from "./go/path.ts";
export { type ImageName, ImageNameError, parseImageName } from "./match/image-name.ts";
export { PluginError, type PluginFault } from "./plugin/plugin-error.ts";
export { encodePluginRequest, type PluginRequest } from "./plugin/request.ts";
export { decodePluginResponse, type PluginCredential, type PluginResponse } from "./plugin/response.ts";
export { PLUGIN_TIMEOUT_MS, type PluginCall, type PluginRuntime, runPlugin } from "./plugin/run-plugin.ts";
export {
  ImageCredentialProviders,
  type ImageCredentials,
  type ProvidersOptions,
  type TriedCredential,
} from "./provider/image-credential-providers.ts";
export {
  checkRegistration,
  type ExecutableProblem,
  type RegistrationCheck,
  registrationOf,
} from "./provider/registration.ts";
export type {
  Pod,
  ServiceAccount,
  ServiceAccountCoordinates,
  ServiceAccounts,
  TokenRequest,
} from "./provider/service-account.ts";
export type { CacheEntryTrace, ProviderOutcome, ProviderTrace } from "./provider/trace.ts";
