export { chartMetadata } from "./generated.ts";
export { Helm, whyNoHelm } from "./helm.ts";
export { daemonSets, type KubernetesObject, type Rendered, render } from "./kustomize.ts";
export { packageChart } from "./package.ts";
export { CHART, KUSTOMIZE } from "./paths.ts";
export { presets, refusals } from "./presets.ts";
