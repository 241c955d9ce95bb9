export { whyNoCluster } from "./missing.ts";
