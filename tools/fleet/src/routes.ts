import { ACR, ECR, ENTRA, GENERATE_ACCESS_TOKEN, GOOGLE_TOKEN, type Service, STS } from "./services.ts";

const HOUR_MS = 3_600_000;

/** A plugin's requests to the cloud to get a credential, in order. */
export interface Route {
  readonly id: "ecr" | "ecr-pod" | "acr" | "acr-pod" | "gcr-pod";
  readonly name: string;
  readonly plugin: "ecr" | "acr" | "gcr";
  /** Whether the node's metadata server gets a request first. */
  readonly metadata: boolean;
  readonly services: readonly Service[];
  /** Lifetime of the credential (milliseconds). */
  readonly lifeMs: number;
  /** The part of a scenario's nodes that send requests to one account, registry or project: its limits differ in proportion. */
  readonly share: number;
}

/**
 * The routes whose limits a fleet shares. A node of Google Cloud gets its token from its own metadata server, which no other node uses, so it is
 * not among them. Lifetimes: 12 hours (ECR API reference, GetAuthorizationToken), 3 hours (ACR's refresh tokens,
 * https://azure.github.io/acr/AAD-OAuth.html), 1 hour (https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token).
 */
export const ROUTES: readonly Route[] = [
  {
    id: "ecr",
    name: "ECR, the node's role",
    plugin: "ecr",
    metadata: true,
    services: [ECR],
    lifeMs: 12 * HOUR_MS,
    share: 1,
  },
  {
    id: "ecr-pod",
    name: "ECR, a pod's role",
    plugin: "ecr",
    metadata: false,
    services: [STS, ECR],
    lifeMs: 12 * HOUR_MS,
    share: 1,
  },
  {
    id: "acr",
    name: "ACR, managed identity",
    plugin: "acr",
    metadata: true,
    services: [ACR],
    lifeMs: 3 * HOUR_MS,
    share: 0.2,
  },
  {
    id: "acr-pod",
    name: "ACR, a pod's identity",
    plugin: "acr",
    metadata: false,
    services: [ENTRA, ACR],
    lifeMs: 3 * HOUR_MS,
    share: 0.2,
  },
  {
    id: "gcr-pod",
    name: "Artifact Registry, a pod's service account",
    plugin: "gcr",
    metadata: false,
    services: [GOOGLE_TOKEN, GENERATE_ACCESS_TOKEN],
    lifeMs: HOUR_MS,
    share: 0.1,
  },
];

/** The route with this id. */
export function routeOf(id: Route["id"]): Route {
  const route = ROUTES.find((candidate) => candidate.id === id);
  if (route === undefined) throw new Error(`no route ${id}`);
  return route;
}
