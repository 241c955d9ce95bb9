import { createHash } from "node:crypto";
import { basicOf, bearerOf, json, type Received, type Reply } from "./exchange.ts";
import type { ImageContent, ImageSource } from "./images.ts";

/** A registry's checks of requests' credentials. */
export interface RegistryAccess {
  /** `WWW-Authenticate` of a 401, as this registry writes it. */
  challenge(request: Received): string;
  /** Whether user and password (Basic) are valid here. */
  basic?(username: string, password: string, request: Received): boolean | Promise<boolean>;
  /** Whether a bearer token is valid here. */
  bearer?(token: string, request: Received): boolean | Promise<boolean>;
  /** Whether requests without a credential can read everything. Default false. */
  readonly anonymous?: boolean;
  /** Names of the repositories that exist. */
  readonly repositories: readonly string[];
  readonly images: ImageSource;
}

/** Name of a request's registry operation, for the log and for faults. */
export function registryOperation(request: Received): string {
  if (/^\/v2\/?$/.test(request.path)) return "Base";
  const kind = contentPath(request)?.kind;
  return kind === undefined ? "Unknown" : kind === "manifests" ? "Manifest" : "Blob";
}

/** The repository in a content request; undefined for other requests. */
export function repositoryOf(request: Received): string | undefined {
  return contentPath(request)?.repository;
}

/**
 * The part of the OCI distribution API that pulls use: `/v2/`, manifests and blobs
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
  const path = contentPath(request);
  if (path === undefined) return registryError(404, "UNSUPPORTED", "no such endpoint");
  const { repository, kind, reference } = path;
  if (!access.repositories.includes(repository)) {
    return registryError(404, "NAME_UNKNOWN", `the repository with name '${repository}' does not exist`);
  }
  const { images } = access;
  if (kind === "manifests") {
    const manifest = images.manifest(request.host, repository, reference);
    if (manifest === undefined)
      return registryError(404, "MANIFEST_UNKNOWN", `manifest tagged by '${reference}' is not found`);
    return contentReply(manifest);
  }
  const blob = images.blob(reference);
  return blob === undefined
    ? registryError(404, "BLOB_UNKNOWN", `blob ${reference} is not found`)
    : contentReply(blob);
}

function contentReply({ mediaType, body }: ImageContent): Reply {
  const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
  return {
    status: 200,
    headers: { "content-type": mediaType, "docker-content-digest": digest, ...API_VERSION },
    body,
  };
}

function contentPath({ path }: Received) {
  const [, repository, kind, reference] = CONTENT.exec(path) ?? [];
  if (repository === undefined || reference === undefined) return undefined;
  return { repository, kind: kind === "manifests" ? kind : ("blobs" as const), reference };
}

async function allowed(request: Received, access: RegistryAccess): Promise<boolean> {
  const { authorization } = request.headers;
  if (authorization === undefined && access.anonymous === true) return true;
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
const CONTENT = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/;
