export type { AzureCloud } from "./clouds.ts";
export type { AcrOptions } from "./options.ts";
export { acr } from "./provider.ts";
export { type AcrRegistry, type NotAcr, parseAcrHost } from "./registry.ts";
