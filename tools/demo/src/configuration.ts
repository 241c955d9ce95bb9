import type { Clouds } from "@imagecred/fake-clouds";

/** The CredentialProviderConfig of the demo: one provider per cloud, for nodes and for pods with their own identity. */
export function configuration(clouds: Clouds, azureJson: string): string {
  const { google, cluster } = clouds;
  return `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: ecr-credential-provider
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: 6h
    matchImages: ["*.dkr.ecr.*.amazonaws.com"]
    tokenAttributes:
      serviceAccountTokenAudience: sts.amazonaws.com
      cacheType: ServiceAccount
      requireServiceAccount: false
      optionalServiceAccountAnnotationKeys: [eks.amazonaws.com/ecr-role-arn]
  - name: acr-credential-provider
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: 10m
    matchImages: ["*.azurecr.io"]
    args: [${azureJson}]
    tokenAttributes:
      serviceAccountTokenAudience: api://AzureADTokenExchange
      cacheType: ServiceAccount
      requireServiceAccount: false
      optionalServiceAccountAnnotationKeys: [kubernetes.azure.com/acr-client-id, kubernetes.azure.com/acr-tenant-id]
  - name: gcr-credential-provider
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: 1m
    matchImages: [gcr.io, "*.gcr.io", "*.pkg.dev"]
    args: [--identity-provider, "${cluster.issuer}", --project-id, ${google.projectId}]
    tokenAttributes:
      serviceAccountTokenAudience: ${google.gkePool.tokenAudience}
      cacheType: ServiceAccount
      requireServiceAccount: false
      optionalServiceAccountAnnotationKeys: [iam.gke.io/enable-wi-image-pull]
`;
}
