import type { Family } from "../trial.ts";
import { fileFamily } from "./files.ts";
import { connectionFamily, framingFamily, responseFamily } from "./http.ts";
import { proxyFamily, trustFamily } from "./network.ts";
import { imageFamily, requestFamily } from "./request.ts";
import { environmentFamily, flagFamily } from "./settings.ts";

/** Every kind of odd input under test. */
export const FAMILIES: readonly Family[] = [
  requestFamily,
  imageFamily,
  flagFamily,
  environmentFamily,
  fileFamily,
  proxyFamily,
  trustFamily,
  responseFamily,
  framingFamily,
  connectionFamily,
];
