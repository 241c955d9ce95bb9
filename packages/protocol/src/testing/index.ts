/** What tests of a plugin hand in instead of the world. Real sockets are better; this is for pure logic around them. */
export { captureLogger } from "./capture-logger.ts";
export { testContext } from "./context.ts";
export { loadedModules } from "./loaded-modules.ts";
export { ManualClock } from "./manual-clock.ts";
export { requestFor } from "./request-for.ts";
