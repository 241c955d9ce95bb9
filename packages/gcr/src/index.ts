export type { AuthFlow, GcrOptions } from "./options.ts";
export { gcr } from "./provider.ts";
