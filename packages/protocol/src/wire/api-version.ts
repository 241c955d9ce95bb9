/** API group of the wire protocol: k8s.io/kubelet/pkg/apis/credentialprovider. */
export const API_GROUP = "credentialprovider.kubelet.k8s.io";

/**
 * The versions that the kubelet uses: v1 since 1.26, v1beta1 since 1.24, v1alpha1 since 1.20; 1.37 still accepts all
 * three. A response must have exactly the request's version.
 */
export const API_VERSIONS = [`${API_GROUP}/v1`, `${API_GROUP}/v1beta1`, `${API_GROUP}/v1alpha1`] as const;

/** One of {@link API_VERSIONS}. */
export type ApiVersion = (typeof API_VERSIONS)[number];

/** True for the text of one of {@link API_VERSIONS}. */
export function isApiVersion(value: unknown): value is ApiVersion {
  return (API_VERSIONS as readonly unknown[]).includes(value);
}

/** Service account tokens and annotations are part of v1 only (KEP 4412, kubelet 1.33); older versions drop them. */
export function carriesServiceAccount(version: ApiVersion): boolean {
  return version === API_VERSIONS[0];
}
