/** Differences between kubelets from 1.26 to 1.37 in reading and checking this configuration. */
export interface KubeletRules {
  readonly minor: number;
  /** 1.32: unknown fields and repeated keys are errors, in the configuration and in plugins' responses. */
  readonly strictDecoding: boolean;
  /** 1.33: `tokenAttributes`, `Duplicate value` for names, supported values in order, providers in config order. */
  readonly tokenAttributes: boolean;
  /** 1.34: the feature gate KubeletServiceAccountTokenForCredentialProviders is on unless switched off. */
  readonly tokenAttributesByDefault: boolean;
  /** 1.34: `cacheType` is a field, and required; the config may be a directory; the texts are shorter. */
  readonly cacheType: boolean;
  readonly configDirectory: boolean;
  readonly shortTexts: boolean;
  /** 1.28: the plugin's stderr is appended to the error. */
  readonly stderrInError: boolean;
  /** 1.30: the executable is searched with LookPath; before, it only had to exist. */
  readonly lookPath: boolean;
}

/** The text is not a Kubernetes version that this package knows. */
export class KubernetesVersionError extends Error {
  override name = "KubernetesVersionError";
}

/** The default version. */
export const LATEST_KUBERNETES = "1.37";
const OLDEST_MINOR = 26;

/**
 * The rules of a version.
 *
 * @param version `1.34`, `v1.34.2` and the like; a newer one than 1.37 gets 1.37's rules
 * @throws {KubernetesVersionError} for anything else, and for versions before 1.26
 */
export function kubeletRules(version: string = LATEST_KUBERNETES): KubeletRules {
  const minor = Number(/^v?1\.(\d{1,3})(?:[.+-].*)?$/.exec(version.trim())?.[1] ?? Number.NaN);
  if (!(minor >= OLDEST_MINOR)) {
    throw new KubernetesVersionError(
      `"${version}" is not a Kubernetes version from 1.${OLDEST_MINOR} on: write it like ${LATEST_KUBERNETES}`,
    );
  }
  return {
    minor,
    strictDecoding: minor >= 32,
    tokenAttributes: minor >= 33,
    tokenAttributesByDefault: minor >= 34,
    cacheType: minor >= 34,
    configDirectory: minor >= 34,
    shortTexts: minor >= 34,
    stderrInError: minor >= 28,
    lookPath: minor >= 30,
  };
}
