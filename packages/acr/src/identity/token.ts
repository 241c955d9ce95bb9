import type { Context, Secret } from "@imagecred/protocol";
import type { AzureCloud } from "../clouds.ts";
import type { AcrOptions } from "../options.ts";

/** An access token of Entra ID for Azure Container Registry. */
export interface EntraToken {
  readonly token: Secret;
  /** The tenant that issued the token, for tokens without a tenant claim. */
  readonly tenantId: string | undefined;
}

/** A request for a token of Entra ID. */
export interface EntraRequest {
  readonly cloud: AzureCloud;
  readonly options: AcrOptions;
  readonly context: Context;
}

/** The OAuth 2.0 scope for the audience: all permissions of the application. */
export function scopeOf({ audience }: Pick<AcrOptions, "audience">): string {
  return `${audience}/.default`;
}

/** The place where the node's identities are configured, for advice: the file's path, or the environment. */
export function configurationOf({ options: { configFile } }: EntraRequest): string {
  return configFile ?? "the plugin's environment (AZURE_*)";
}
