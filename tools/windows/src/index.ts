export { whyNoWindows } from "./programs.ts";
