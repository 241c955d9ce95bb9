export {
  API_GROUP,
  API_VERSIONS,
  type ApiVersion,
  carriesServiceAccount,
  isApiVersion,
} from "./api-version.ts";
export { cacheSecondsUntil } from "./cache-duration.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { Crypto } from "./crypto/types.ts";
export { DEFAULT_TIMEOUT_MS, Deadline } from "./deadline.ts";
export { formatGoDuration, GoDurationError, parseGoDuration } from "./duration.ts";
export {
  CredentialError,
  type CredentialErrorParts,
  messageOf,
  OptionsError,
  RequestError,
  UnsupportedRegistryError,
} from "./errors.ts";
export { type Files, systemFiles } from "./files.ts";
export { type FlagSpec, type ParsedFlags, parseFlags } from "./flags.ts";
export {
  againByDefault,
  createHttpClient,
  type HttpClient,
  type HttpClientSetup,
  type HttpRequest,
  MAX_RESPONSE_BYTES,
} from "./http/client.ts";
export { isIpAddress, isLinkLocalHost, isLoopbackHost } from "./http/ip.ts";
export {
  type Target,
  type TlsOptions,
  type Transport,
  TransportError,
  type TransportPhase,
  type TransportRequest,
  type TransportResponse,
} from "./http/transport.ts";
export {
  type ChainResult,
  type Found,
  findIdentity,
  type IdentitySource,
  type NotHere,
  orNext,
} from "./identity-chain.ts";
export {
  type IdentityPlan,
  type IdentityPolicy,
  parseIdentityPolicy,
  planIdentity,
} from "./identity-policy.ts";
export { type ImageName, parseImage } from "./image.ts";
export { klogFlags } from "./klog-flags.ts";
export {
  createLogger,
  LOG_LEVELS,
  type LogFields,
  type Logger,
  type LoggerSetup,
  type LogLevel,
  type LogSettings,
  MAX_LINE_BYTES,
  parseLogSettings,
} from "./log.ts";
export {
  MAX_PROGRAM_STDERR,
  type ProgramRequest,
  type ProgramResult,
  type RunProgram,
  type RunShell,
  type ShellRequest,
  type ShellResult,
} from "./process/types.ts";
export type { Answer, Context, CredentialProvider, Environment, Invocation } from "./provider.ts";
export { mirrorOf, parseRegistryMirrors, type RegistryMirror } from "./registry-mirrors.ts";
export { type CredentialProviderRequest, decodeRequest, MAX_REQUEST_BYTES } from "./request.ts";
export {
  ANONYMOUS,
  type AuthConfig,
  type CacheKeyType,
  type CredentialProviderResponse,
  encodeResponse,
} from "./response.ts";
export {
  type Again,
  DEFAULT_ATTEMPTS,
  type Outcome,
  type RetryOptions,
  type RetryRuntime,
  retry,
  retryAfterMs,
} from "./retry.ts";
export { run, type World } from "./run.ts";
export { redact, Secret } from "./secret.ts";
export { serve } from "./serve.ts";
export type { Stdio } from "./stdio/types.ts";
