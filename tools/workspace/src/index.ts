export { type Manifest, manifests, ROOT, readJson } from "./manifests.ts";
