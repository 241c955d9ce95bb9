export { readMetadata } from "./metadata.ts";
