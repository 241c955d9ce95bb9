/** validateCredentialProviderConfig of pkg/credentialprovider/plugin/config.go, v1.26 to v1.37. */
import { compareBytes, GoUrlError, parseHttpUrl } from "@imagecred/protocol/go";
import { goToLower } from "../go/lower.ts";
import { type FieldError, FieldErrors } from "./field-error.ts";
import type { KubeletRules } from "./kubernetes-version.ts";
import { type NameWords, qualifiedNameFaults } from "./qualified-name.ts";
import type { CredentialProvider, CredentialProviderConfig, ServiceAccountTokenAttributes } from "./types.ts";

/** The supported protocol versions, in the order in which the kubelet lists them. */
export const PROVIDER_API_VERSIONS = [
  "credentialprovider.kubelet.k8s.io/v1",
  "credentialprovider.kubelet.k8s.io/v1alpha1",
  "credentialprovider.kubelet.k8s.io/v1beta1",
] as const;

const TOKEN_API_VERSION = PROVIDER_API_VERSIONS[0];
const OLD_WORDS: NameWords = { name: "a qualified name", unit: "characters" };
const CACHE_TYPES = ["ServiceAccount", "Token"];

/**
 * Checks a configuration as the kubelet does before it starts.
 *
 * @param saTokens the feature gate KubeletServiceAccountTokenForCredentialProviders
 * @returns the kubelet's errors in its order; empty if it would start
 */
export function validateConfig(
  config: CredentialProviderConfig,
  rules: KubeletRules,
  saTokens: boolean = rules.tokenAttributesByDefault,
): FieldError[] {
  const errors = new FieldErrors(rules.shortTexts);
  if (config.providers.length === 0) errors.required("providers", "at least 1 item in plugins is required");
  const names = new Set<string>();
  for (const [index, provider] of config.providers.entries()) {
    const path = `providers[${index}]`;
    validateName(errors, `${path}.name`, provider.name);
    if (rules.tokenAttributes && names.has(provider.name)) errors.duplicate(`${path}.name`, provider.name);
    names.add(provider.name);
    validateProvider(errors, path, provider, rules);
    if (provider.tokenAttributes !== null) {
      const attributesPath = `${path}.tokenAttributes`;
      if (!saTokens) {
        errors.forbidden(
          attributesPath,
          "tokenAttributes is not supported when KubeletServiceAccountTokenForCredentialProviders feature gate is disabled",
        );
      }
      validateTokenAttributes(errors, attributesPath, provider, provider.tokenAttributes, rules);
    }
  }
  return errors.list;
}

function validateName(errors: FieldErrors, path: string, name: string): void {
  if (name.includes("/")) errors.invalid(path, name, "provider name cannot contain '/'");
  if (name.includes(" ")) errors.invalid(path, name, "provider name cannot contain spaces");
  if (name === ".") errors.invalid(path, name, "provider name cannot be '.'");
  if (name === "..") errors.invalid(path, name, "provider name cannot be '..'");
}

function validateProvider(
  errors: FieldErrors,
  path: string,
  provider: CredentialProvider,
  rules: KubeletRules,
): void {
  const required = (field: string) => (rules.shortTexts ? "" : `${field} is required`);
  const supported: readonly string[] = PROVIDER_API_VERSIONS;
  if (provider.apiVersion === "") errors.required(`${path}.apiVersion`, required("apiVersion"));
  else if (!supported.includes(provider.apiVersion)) {
    errors.unsupported(`${path}.apiVersion`, provider.apiVersion, supported);
  }
  const matchImages = provider.matchImages ?? [];
  if (matchImages.length === 0) {
    errors.required(`${path}.matchImages`, "at least 1 item in matchImages is required");
  }
  for (const [index, pattern] of matchImages.entries()) {
    const fault = urlFault(pattern);
    if (fault !== undefined) {
      errors.invalid(`${path}.matchImages[${index}]`, pattern, `match image is invalid: ${fault}`);
    }
  }
  const duration = provider.defaultCacheDuration;
  const durationPath = `${path}.defaultCacheDuration`;
  if (duration === null) errors.required(durationPath, required("defaultCacheDuration"));
  else if (duration < 0n) {
    const detail = "must be greater than or equal to 0";
    errors.invalidDuration(
      durationPath,
      duration,
      rules.shortTexts ? detail : `defaultCacheDuration ${detail}`,
    );
  }
}

function urlFault(pattern: string): string | undefined {
  try {
    parseHttpUrl(`https://${pattern}`);
    return undefined;
  } catch (error) {
    if (error instanceof GoUrlError) return error.message;
    throw error;
  }
}

function validateTokenAttributes(
  errors: FieldErrors,
  path: string,
  provider: CredentialProvider,
  attributes: ServiceAccountTokenAttributes,
  rules: KubeletRules,
): void {
  const required = (field: string) =>
    errors.required(`${path}.${field}`, rules.shortTexts ? "" : `${field} is required`);
  if (attributes.serviceAccountTokenAudience === "") required("serviceAccountTokenAudience");
  if (attributes.requireServiceAccount === null) required("requireServiceAccount");
  if (provider.apiVersion !== TOKEN_API_VERSION) {
    errors.forbidden(path, `tokenAttributes is only supported for ${TOKEN_API_VERSION} API version`);
  }
  const requiredKeys = attributes.requiredServiceAccountAnnotationKeys ?? [];
  const optionalKeys = attributes.optionalServiceAccountAnnotationKeys ?? [];
  if (attributes.requireServiceAccount === false && requiredKeys.length > 0) {
    errors.forbidden(
      `${path}.requiredServiceAccountAnnotationKeys`,
      "requireServiceAccount cannot be false when requiredServiceAccountAnnotationKeys is set",
    );
  }
  validateAnnotationKeys(errors, `${path}.requiredServiceAccountAnnotationKeys`, requiredKeys, rules);
  validateAnnotationKeys(errors, `${path}.optionalServiceAccountAnnotationKeys`, optionalKeys, rules);
  const both = [...new Set(requiredKeys)].filter((key) => optionalKeys.includes(key)).sort(compareBytes);
  if (both.length > 0) errors.invalidList(path, both, "annotation keys cannot be both required and optional");
  if (!rules.cacheType) return;
  if (attributes.cacheType === "") {
    errors.required(
      `${path}.cacheType`,
      `cacheType is required to be set when tokenAttributes is specified. Supported values are: ${CACHE_TYPES.join(", ")}`,
    );
  } else if (!CACHE_TYPES.includes(attributes.cacheType)) {
    errors.unsupportedEnum(`${path}.cacheType`, attributes.cacheType, CACHE_TYPES);
  }
}

function validateAnnotationKeys(
  errors: FieldErrors,
  path: string,
  keys: readonly string[],
  rules: KubeletRules,
): void {
  const seen = new Set<string>();
  for (const [index, key] of keys.entries()) {
    const faults = qualifiedNameFaults(goToLower(key), rules.minor >= 35 ? undefined : OLD_WORDS);
    for (const fault of faults) errors.invalid(`${path}[${index}]`, key, fault);
    if (seen.has(key)) errors.duplicate(`${path}[${index}]`, key);
    seen.add(key);
  }
}
