import { createHash } from "node:crypto";
import { basicOf, bearerOf, json, type Received, type Reply } from "./exchange.ts";

/** Who may read, by the credential that came with a request; undefined for nobody. */
export interface RegistryAccess {
  /** `WWW-Authenticate` of a 401, as this registry writes it. */
  challenge(request: Received): string;
  /** Whether user and password (Basic) are good here. */
  basic?(username: string, password: string, request: Received): boolean | Promise<boolean>;
  /** Whether a bearer token is good here. */
  bearer?(token: string, request: Received): boolean | Promise<boolean>;
  /** Names of the repositories that exist; any tag of them does too. */
  readonly repositories: readonly string[];
}

/** Short name of what a request wants of a registry's API, for the log and for faults. */
export function registryOperation(request: Received): string {
  if (/^\/v2\/?$/.test(request.path)) return "Base";
  return MANIFEST.test(request.path) ? "Manifest" : "Unknown";
}

/**
 * The part of the OCI distribution API that shows whether a credential works: `/v2/` and manifests
 * (https://github.com/opencontainers/distribution-spec/blob/main/spec.md).
 */
export async function answerRegistry(request: Received, access: RegistryAccess): Promise<Reply> {
  if (!(await allowed(request, access))) {
    return registryError(401, "UNAUTHORIZED", "authentication required", {
      "www-authenticate": access.challenge(request),
    });
  }
  if (request.method !== "GET" && request.method !== "HEAD")
    return registryError(405, "UNSUPPORTED", "read only");
  if (registryOperation(request) === "Base") return json(200, {}, API_VERSION);
  const repository = MANIFEST.exec(request.path)?.[1];
  if (repository === undefined) return registryError(404, "UNSUPPORTED", "no such endpoint");
  if (!access.repositories.includes(repository)) {
    return registryError(404, "NAME_UNKNOWN", `the repository with name '${repository}' does not exist`);
  }
  const digest = `sha256:${createHash("sha256").update(MANIFEST_BODY).digest("hex")}`;
  const headers = { "content-type": MANIFEST_TYPE, "docker-content-digest": digest, ...API_VERSION };
  return { status: 200, headers, body: MANIFEST_BODY };
}

async function allowed(request: Received, access: RegistryAccess): Promise<boolean> {
  const { authorization } = request.headers;
  const basic = basicOf(authorization);
  if (basic !== undefined) return (await access.basic?.(basic.username, basic.password, request)) ?? false;
  const bearer = bearerOf(authorization);
  return bearer === undefined ? false : ((await access.bearer?.(bearer, request)) ?? false);
}

function registryError(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Reply {
  return json(status, { errors: [{ code, message }] }, { ...API_VERSION, ...headers });
}

const API_VERSION = { "docker-distribution-api-version": "registry/2.0" };
const MANIFEST = /^\/v2\/(.+)\/manifests\/[^/]+$/;
const MANIFEST_TYPE = "application/vnd.oci.image.index.v1+json";
const MANIFEST_BODY = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, manifests: [] });
