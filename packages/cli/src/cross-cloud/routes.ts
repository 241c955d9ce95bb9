import { NODE_ROUTES_TO_AWS } from "./node-routes-to-aws.ts";
import { NODE_ROUTES_TO_AZURE } from "./node-routes-to-azure.ts";
import { NODE_ROUTES_TO_GOOGLE } from "./node-routes-to-google.ts";
import { POD_ROUTES } from "./pod-routes.ts";
import type { Route } from "./route.ts";

/** Every route that `init --cross-cloud` sets up: one for each page in docs/identity. */
export const ROUTES: readonly Route[] = [
  ...POD_ROUTES,
  ...NODE_ROUTES_TO_AWS,
  ...NODE_ROUTES_TO_AZURE,
  ...NODE_ROUTES_TO_GOOGLE,
];
