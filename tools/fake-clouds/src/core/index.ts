export { Core } from "./core.ts";
export { bearerOf, json } from "./exchange.ts";
