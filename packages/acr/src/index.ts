export type { AzureCloud } from "./clouds.ts";
export type { AcrOptions } from "./options.ts";
export { acr } from "./provider.ts";
export { type AcrRegistry, parseRegistryHost } from "./registry.ts";
