/** The configuration in the kubelet's internal types (pkg/kubelet/apis/config/types.go, v1.37.2). */

/** The configuration that `--image-credential-provider-config` names, merged from one or more files. */
export interface CredentialProviderConfig {
  readonly providers: readonly CredentialProvider[];
}

/** One plugin. A list that was not written, or was `null`, is null. */
export interface CredentialProvider {
  /** The executable's name in the bin dir. */
  readonly name: string;
  readonly matchImages: readonly string[] | null;
  /** Nanoseconds. */
  readonly defaultCacheDuration: bigint | null;
  /** The plugin's protocol version. */
  readonly apiVersion: string;
  readonly args: readonly string[] | null;
  readonly env: readonly ExecEnvVar[] | null;
  readonly tokenAttributes: ServiceAccountTokenAttributes | null;
}

/** An environment variable for the plugin. */
export interface ExecEnvVar {
  readonly name: string;
  readonly value: string;
}

/** How a plugin gets a token of the pod's service account. */
export interface ServiceAccountTokenAttributes {
  readonly serviceAccountTokenAudience: string;
  /** `ServiceAccount` or `Token`; empty on 1.33, which does not know it. */
  readonly cacheType: string;
  readonly requireServiceAccount: boolean | null;
  readonly requiredServiceAccountAnnotationKeys: readonly string[] | null;
  readonly optionalServiceAccountAnnotationKeys: readonly string[] | null;
}
