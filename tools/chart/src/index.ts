export { Helm, whyNoHelm } from "./helm.ts";
export { CHART, KUSTOMIZE } from "./paths.ts";
export { presets } from "./presets.ts";
