export { gcr } from "./provider.ts";
export type { AuthFlow, GcrOptions } from "./options.ts";
