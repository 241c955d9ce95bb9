export { type Clock, systemClock } from "./clock.ts";
export { base64, base64url, hex } from "./encoding.ts";
export type { Environment } from "./environment.ts";
export {
  CredentialError,
  type CredentialErrorParts,
  type Failure,
  failureOf,
  messageOf,
  OptionsError,
  RequestError,
  UnsupportedRegistryError,
} from "./errors.ts";
export type {
  AnnotationFact,
  AudienceFact,
  Audiences,
  HostForms,
  NotOurs,
  PluginArguments,
  PluginFacts,
  RegistryDescription,
} from "./facts.ts";
export { type Files, systemFiles } from "./files.ts";
export { fromBase64 } from "./from-base64.ts";
export {
  createHttpClient,
  type HttpClient,
  type HttpClientSetup,
  type HttpRequest,
  MAX_RESPONSE_BYTES,
  metadataRetry,
  retryByDefault,
} from "./http/client.ts";
export { connectMeanwhile } from "./http/connect-meanwhile.ts";
export { DEFAULT_TIMEOUT_MS, Deadline } from "./http/deadline.ts";
export { isIpAddress, isLinkLocalHost, isLoopbackHost, unbracketed } from "./http/ip.ts";
export {
  asObject,
  bodyStart,
  excerpt,
  type JsonObject,
  parseJson,
  parseJsonObject,
  redirectReason,
  textAt,
} from "./http/json.ts";
export { proxyRules } from "./http/proxy-rules.ts";
export {
  DEFAULT_ATTEMPTS,
  type Outcome,
  type Retry,
  type RetryOptions,
  type RetryRuntime,
  retry,
  retryAfterMs,
} from "./http/retry.ts";
export {
  type CertificateProblem,
  type Target,
  type TlsOptions,
  type Transport,
  TransportError,
  type TransportErrorFacts,
  type TransportPhase,
  type TransportRequest,
  type TransportResponse,
} from "./http/transport.ts";
export type {
  Found,
  IdentitySource,
  Unavailable,
} from "./identity/chain.ts";
export {
  type IdentityFallback,
  type IdentityPolicy,
  identityFlags,
  parseIdentityPolicy,
} from "./identity/policy.ts";
export { type IdentityChoice, withIdentity } from "./identity/with-identity.ts";
export { escapeInvisible } from "./invisible.ts";
export { claimsOf, jwtExpiry } from "./jwt.ts";
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
  type FlagHelp,
  type FlagSpec,
  type FlagSyntax,
  type FlagTable,
  klogFlags,
  type ParsedFlags,
  parseFlags,
  warnAboutIgnoredFlags,
} from "./options/flags.ts";
export {
  anonymousResponse,
  IDENTITIES_FLAG,
  type ImageIdentities,
  type ImageOptions,
  type ImageSettings,
  registryOrImage,
  settingsFor,
  type TargetSettings,
} from "./options/image-settings.ts";
export { nearest } from "./options/nearest.ts";
export {
  mapsPaths,
  mirrorOf,
  parseRegistryMirrors,
  type RegistryMirror,
  registryMirror,
  targetHost,
  targetImage,
} from "./options/registry-mirrors.ts";
export {
  fillTemplate,
  parseTemplate,
  placeholdersIn,
  type Template,
  type TemplateFault,
  type TemplateValues,
  templateFault,
} from "./options/template.ts";
export type { Usage } from "./options/usage.ts";
export type {
  Context,
  CredentialProvider,
  Invocation,
  ProviderResponse,
  RegistryCredential,
} from "./provider.ts";
export { redact } from "./redact.ts";
export { type Platform, run } from "./run.ts";
export type { Crypto } from "./runtime/crypto.ts";
export {
  MAX_PROGRAM_STDERR,
  type ProgramRequest,
  type ProgramResult,
  type RunProgram,
  type RunShell,
  type ShellRequest,
  type ShellResult,
  StartError,
} from "./runtime/programs.ts";
export type { Stdio } from "./runtime/stdio.ts";
export { Secret } from "./secret.ts";
export { serve } from "./serve.ts";
export { isToken, receivedToken } from "./token.ts";
export { VERSION } from "./version.ts";
export {
  API_GROUP,
  API_VERSIONS,
  type ApiVersion,
  carriesServiceAccount,
  isApiVersion,
} from "./wire/api-version.ts";
export { cacheSecondsUntil, expiryByClock, MAX_CACHE_SECONDS } from "./wire/cache-duration.ts";
export { type ImageName, parseImage } from "./wire/image-name.ts";
export { type CredentialProviderRequest, decodeRequest, MAX_REQUEST_BYTES } from "./wire/request.ts";
export {
  ANONYMOUS,
  type AuthConfig,
  type CacheKeyType,
  type CredentialProviderResponse,
  encodeResponse,
} from "./wire/response.ts";
