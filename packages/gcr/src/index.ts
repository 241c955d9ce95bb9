export { gcr } from "./gcr.ts";
export type { AuthFlow, GcrOptions } from "./options.ts";
