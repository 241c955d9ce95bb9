export { whyNoCluster } from "./missing.ts";
export { buildKubernetes } from "./programs/index.ts";
