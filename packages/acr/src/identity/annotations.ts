/** In the order in which they are looked at: the Go plugin's, then those of Azure Workload Identity (https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html). */
export const CLIENT_ID_ANNOTATIONS = [
  "kubernetes.azure.com/acr-client-id",
  "azure.workload.identity/client-id",
];
export const TENANT_ID_ANNOTATIONS = [
  "kubernetes.azure.com/acr-tenant-id",
  "azure.workload.identity/tenant-id",
];
