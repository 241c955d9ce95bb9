export type { Component } from "./components.ts";
export { goTool, missingForGoTools } from "./go-tools.ts";
export { type Built, writeTree } from "./tree.ts";
export { isInstalled, tool } from "./verify/step.ts";
