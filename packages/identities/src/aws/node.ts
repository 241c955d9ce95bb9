/** This node's AWS identity, for plugins of other clouds. */
export { nodeCaller, stsOfEnvironment } from "./node-caller.ts";
export { nodeRegion } from "./node-region.ts";
