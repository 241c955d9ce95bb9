import { NODE_ROUTES } from "./node-routes.ts";
import { POD_ROUTES } from "./pod-routes.ts";
import type { Route } from "./route.ts";

/** Every page of docs/identity. */
export const ROUTES: readonly Route[] = [...POD_ROUTES, ...NODE_ROUTES];
