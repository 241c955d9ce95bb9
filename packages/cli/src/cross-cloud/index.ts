/** The routes of `init --cross-cloud`, for the tools that document and test them. */
export { namesFor } from "./given-values.ts";
export { SOURCES, type Source } from "./route.ts";
export { ROUTES } from "./routes.ts";
export { VALUES, type ValueName } from "./values.ts";
