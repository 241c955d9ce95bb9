import { basicOf, type Received, type Reply, text } from "../core/exchange.ts";
import type { PlainService, TlsService } from "../core/service.ts";

/** Host of the web server that `google-dockercfg-url` points to. */
export const FILES_HOST = "files.example.com";

/** An operator's own web server, which serves a .dockercfg. */
export function fileService(files: ReadonlyMap<string, string>): TlsService {
  return {
    name: "google.files",
    about: "a web server with a .dockercfg",
    example: FILES_HOST,
    hosts: (host) => host === FILES_HOST,
    operation: () => "Get",
    handle: ({ method, path }) => {
      const content = method === "GET" ? files.get(path) : undefined;
      return content === undefined ? text(404, "not found\n") : text(200, content);
    },
  };
}

/** Header and value that the local token service requires, like Azure's and others. */
export const TOKEN_HEADER = { name: "x-token-request", value: "true" } as const;

/** A service on the machine that issues the cluster's tokens, for URL-sourced external accounts. */
export function tokenSourceService(issue: () => Promise<string>): PlainService {
  return {
    name: "google.token-source",
    about: "local service that gives subject tokens",
    realAddress: "127.0.0.1:8080",
    operation: () => "Token",
    handle: (request) => tokenAnswer(request, issue),
  };
}

async function tokenAnswer(request: Received, issue: () => Promise<string>): Promise<Reply> {
  if (
    request.headers[TOKEN_HEADER.name] !== TOKEN_HEADER.value ||
    basicOf(request.headers["authorization"])
  ) {
    return text(403, "forbidden\n");
  }
  const token = await issue();
  const body = request.path.endsWith(".json") ? JSON.stringify({ token, unrelated: 1 }) : token;
  return text(200, body);
}
