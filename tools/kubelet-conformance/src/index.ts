export { built, driverOf, goMissing, NEWEST } from "./go-build.ts";
export type { Lookup, Started } from "./kubelet-code.ts";
export { OPERATOR_MESSAGES } from "./operator-messages.ts";
