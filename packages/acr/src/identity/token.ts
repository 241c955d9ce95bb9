import type { Context, Secret } from "@imagecred/protocol";
import type { AzureCloud } from "../clouds.ts";
import type { AcrOptions } from "../options.ts";

/** An access token of Entra ID for Azure Container Registry. */
export interface EntraToken {
  readonly token: Secret;
  /** Tenant that was asked, for tokens that do not say theirs. */
  readonly tenantId: string | undefined;
}

/** What is at hand to get a token of Entra ID. */
export interface EntraRequest {
  readonly cloud: AzureCloud;
  readonly options: AcrOptions;
  readonly context: Context;
}

/** The audience as a scope of OAuth 2.0: everything that the application may do there. */
export function scopeOf({ audience }: Pick<AcrOptions, "audience">): string {
  return `${audience}/.default`;
}

/** Where the node's identities are configured, for advice: the file's path, or the environment. */
export function configurationOf({ options: { configFile } }: EntraRequest): string {
  return configFile ?? "the plugin's environment (AZURE_*)";
}
