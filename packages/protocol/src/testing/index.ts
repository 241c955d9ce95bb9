/** Replacements for the plugin's environment in tests. Real sockets are better; use these for the logic around them. */
export { captureLogger } from "./capture-logger.ts";
export { testContext } from "./context.ts";
export { loadedModules } from "./loaded-modules.ts";
export { ManualClock } from "./manual-clock.ts";
export { requestFor } from "./request-for.ts";
export { type PluginResponse, type PluginRun, type PluginRunOptions, runPlugin } from "./run-plugin.ts";
export { type ScriptedResponse, type ScriptedTransport, scriptedTransport } from "./scripted-transport.ts";
