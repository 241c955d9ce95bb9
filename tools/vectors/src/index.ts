export {
  botocore,
  type ConfiguredEndpoints,
  configuredEndpoints,
  type EndpointRow,
  endpointRows,
  partitionRows,
} from "./botocore.ts";
export { crateSource } from "./crate-source.ts";
export { goModule } from "./go-module.ts";
export { goProgram, type Program } from "./go-program.ts";
export { pypiSource } from "./pypi-source.ts";
export type { Source } from "./source.ts";
