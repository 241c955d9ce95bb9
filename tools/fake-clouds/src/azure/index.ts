import type { Core } from "../core/core.ts";

export type AzureOptions = Record<string, never>;
export type AzureIdentity = "none";

export interface Azure {
  env(identity?: AzureIdentity): Promise<Record<string, string>>;
}

export async function startAzure(_core: Core, _options: AzureOptions): Promise<Azure> {
  return { env: async () => ({}) };
}
