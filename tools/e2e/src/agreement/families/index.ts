import type { Family } from "../trial.ts";
import { connectionFamily } from "./connections.ts";
import { fileFamily } from "./files.ts";
import { framingFamily } from "./framing.ts";
import { proxyFamily, trustFamily } from "./network.ts";
import { imageFamily, requestFamily } from "./request.ts";
import { responseFamily } from "./responses.ts";
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
