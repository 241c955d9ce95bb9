export { crateSource } from "./crate-source.ts";
export { pypiSource } from "./pypi-source.ts";
export type { Source } from "./source.ts";
