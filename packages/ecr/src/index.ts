export { type EcrOptions, parseOptions } from "./options.ts";
export { ecr } from "./provider.ts";
export {
  type PrivateRegistry,
  type PublicRegistry,
  parseRegistryHost,
  type Registry,
} from "./registry.ts";
