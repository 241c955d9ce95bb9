export { fuzz, type Target } from "./fuzz.ts";
export { TARGETS } from "./targets.ts";
