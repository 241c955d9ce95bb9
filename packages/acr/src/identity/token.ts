import type { Secret } from "@imagecred/protocol";

/** The resource that registries want tokens for, in every cloud (`AcrAudience` of cloud-provider-azure). */
export const REGISTRY_RESOURCE = "https://containerregistry.azure.net";

/** The same as a scope of OAuth 2.0: whatever the application may do there. */
export const REGISTRY_SCOPE = `${REGISTRY_RESOURCE}/.default`;

/** An access token of Entra ID for Azure Container Registry. */
export interface EntraToken {
  readonly token: Secret;
  /** Tenant that was asked, for tokens that do not say theirs. */
  readonly tenantId: string | undefined;
}
