export type { Component } from "./components.ts";
export { type ImagePrograms, writeExecutablesImage } from "./executables-image.ts";
export { goTool, missingForGoTools } from "./go-tools.ts";
export { writeChartLayout } from "./oci-layout.ts";
export { type PageOptions, writePage } from "./page/write-page.ts";
export { type Built, writeTree } from "./tree.ts";
export { BARE_DEBIAN } from "./verify/linux-packages.ts";
