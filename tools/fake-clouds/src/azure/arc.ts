import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Received, Reply } from "../core/exchange.ts";
import type { Secrets } from "../core/secrets.ts";
import type { PlainService } from "../core/service.ts";
import { type ImdsParts, refusal, tokenReply } from "./imds.ts";

export interface ArcParts extends ImdsParts {
  readonly secrets: Secrets;
  /** Directory of the challenge files, as the agent sees it. Change it between cases. */
  readonly agent: ArcAgent;
}

/** The agent on a machine managed by Azure Arc. */
export interface ArcAgent {
  /** Directory of its challenge files; `/var/opt/azcmagent/tokens` on a real machine. Created on first use. */
  tokenDirectory: string;
  /** The directory's path in the challenge, if the process under test sees it at another path. */
  seenAs: string;
}

const TOKEN_PATH = "/metadata/identity/oauth2/token";

/**
 * The metadata service of the Azure Connected Machine agent. It first responds with 401 and names a file that only root and the
 * group himds can read; the second request sends the file's content
 * (https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication).
 */
export function arcService(parts: ArcParts): PlainService {
  const challenges = new Map<string, string>();
  return {
    name: "azure.arc",
    about: "Azure Arc agent (HIMDS)",
    realAddress: "127.0.0.1:40342",
    operation: ({ path, headers }) =>
      path !== TOKEN_PATH ? "Unknown" : headers["authorization"] === undefined ? "Challenge" : "Token",
    handle: (request) => answer(parts, challenges, request),
  };
}

async function answer(parts: ArcParts, challenges: Map<string, string>, request: Received): Promise<Reply> {
  if (request.path !== TOKEN_PATH || request.method !== "GET") return refusal("not_found", "Not found", 404);
  if (request.headers["metadata"]?.toLowerCase() !== "true")
    return refusal("invalid_request", "Required metadata header not specified");
  if (request.query.get("api-version") === null)
    return refusal("invalid_request", "Required query variable 'api-version' is missing");
  const { authorization } = request.headers;
  if (authorization === undefined) return await challenge(parts, challenges);
  const file = [...challenges].find(([, content]) => authorization === `Basic ${content}`)?.[0];
  if (file === undefined) return refusal("unauthorized", "Invalid challenge token", 401);
  challenges.delete(file);
  await rm(file, { force: true });
  const resource = (request.query.get("resource") ?? "").replace(/\/$/, "");
  const identity = parts.machine.identities.find(({ resourceId }) => resourceId === undefined);
  if (identity === undefined) return refusal("invalid_request", "Identity not found");
  if (
    !parts.resources.includes(resource) &&
    parts.directory.resource(resource, identity.app.tenant) === undefined
  )
    return refusal(
      "invalid_resource",
      `AADSTS500011: The resource principal named ${resource} was not found in the tenant.`,
    );
  return await tokenReply(parts, identity, resource);
}

async function challenge({ agent, secrets }: ArcParts, challenges: Map<string, string>): Promise<Reply> {
  const name = `${randomUUID()}.key`;
  const content = secrets.issue("azure.arcChallenge", 48);
  await mkdir(agent.tokenDirectory, { recursive: true });
  const path = join(agent.tokenDirectory, name);
  await writeFile(path, content, { mode: 0o640 });
  challenges.set(path, content);
  return {
    status: 401,
    headers: { "www-authenticate": `Basic realm=${join(agent.seenAs, name)}` },
    body: "",
  };
}
