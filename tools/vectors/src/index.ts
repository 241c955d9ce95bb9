export { crateSource } from "./crate-source.ts";
export type { Source } from "./source.ts";
