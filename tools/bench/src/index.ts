export { describeMachine } from "./machine.ts";
export { buildLauncher, type Cost, measureOnce } from "./measure.ts";
export { quantile } from "./statistics.ts";
