export { built, driverOf, goMissing, isCached, NEWEST } from "./go-build.ts";
export { PATTERNS, POD, WAYS, type Way } from "./identities.ts";
export { KubeletCode, type Lookup, type Started } from "./kubelet-code.ts";
export { LineProcess } from "./line-process.ts";
export { nameOf, PLUGINS, TestNode } from "./node-with-clouds.ts";
export { OPERATOR_MESSAGES } from "./operator-messages.ts";
