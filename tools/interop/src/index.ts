export { whyNoInterop } from "./missing.ts";
