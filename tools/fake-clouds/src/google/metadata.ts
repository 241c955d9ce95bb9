import type { Core } from "../core/core.ts";
import { json, type Received, type Reply, text } from "../core/exchange.ts";
import type { PlainService } from "../core/service.ts";
import type { IdentityTokens } from "./identity-tokens.ts";
import type { Tokens } from "./tokens.ts";
import { PUBLIC } from "./universes.ts";

/** A service account attached to the instance. */
export interface AttachedAccount {
  readonly email: string;
  /** Access scopes of its tokens. */
  readonly scopes: readonly string[];
}

/** The instance's properties; change them between cases. */
export interface Instance {
  /** The first one is also called `default`; empty for an instance without a service account. */
  serviceAccounts: readonly AttachedAccount[];
  projectId: string;
  projectNumber: string;
  /** API domain of its universe; undefined for a metadata server that predates universes. */
  universe: string | undefined;
  attributes: Record<string, string>;
  /** Remaining lifetime of its tokens in seconds; can be short, as it caches tokens. */
  tokenSeconds: number;
  /** Remaining lifetime of its identity tokens in seconds: an hour in the real server. */
  identitySeconds: number;
}

export interface MetadataParts {
  readonly core: Core;
  readonly tokens: Tokens;
  readonly identityTokens: IdentityTokens;
  readonly instance: Instance;
}

const ROOT = "/computeMetadata/v1/";
const HEADERS = {
  "metadata-flavor": "Google",
  server: "Metadata Server for VM",
  "x-xss-protection": "0",
  "x-frame-options": "SAMEORIGIN",
};

/** The metadata server of Compute Engine (https://cloud.google.com/compute/docs/metadata/querying-metadata). */
export function metadataService(parts: MetadataParts): PlainService {
  return {
    name: "google.metadata",
    about: "Compute Engine metadata server",
    realAddress: "169.254.169.254:80",
    operation: ({ path }) => path.replace(ROOT, "").replace(/^.*\/(?=[^/]+$)/, "") || "root",
    handle: async (request) => withHeaders(await answer(parts, request)),
  };
}

function withHeaders(reply: Reply): Reply {
  return { ...reply, headers: { ...reply.headers, ...HEADERS } };
}

async function answer(parts: MetadataParts, request: Received): Promise<Reply> {
  if (request.method !== "GET") return page(405, "Error 405 (Method Not Allowed)!!1");
  if (request.headers["metadata-flavor"] !== "Google")
    return page(403, "Missing Metadata-Flavor:Google header.");
  if (request.headers["x-forwarded-for"] !== undefined)
    return page(403, "This request was forwarded and is refused.");
  if (!request.path.startsWith(ROOT)) return notFound(request.path);
  const path = request.path.slice(ROOT.length);
  return (await value(parts, path, request.query)) ?? notFound(request.path);
}

async function value(parts: MetadataParts, path: string, query: URLSearchParams): Promise<Reply | undefined> {
  const { instance } = parts;
  const [area, kind, name = "", what] = path.split("/");
  if (area === "project" && kind === "project-id") return text(200, instance.projectId);
  if (area === "project" && kind === "numeric-project-id") return text(200, instance.projectNumber);
  if (area === "universe" && kind === "universe-domain") {
    return instance.universe === undefined ? undefined : text(200, instance.universe);
  }
  if (area !== "instance") return undefined;
  if (kind === "attributes") return attribute(instance, decodeURIComponent(name));
  if (kind !== "service-accounts") return undefined;
  if (name === "") return text(200, accountList(instance));
  const [first] = instance.serviceAccounts;
  const account =
    name === "default"
      ? first
      : instance.serviceAccounts.find(({ email }) => email === decodeURIComponent(name));
  if (account === undefined) return undefined;
  switch (what) {
    case "token":
      return token(parts, account);
    case "identity":
      return await identity(parts, account, query);
    case "email":
      return text(200, account.email);
    case "scopes":
      return text(200, account.scopes.map((scope) => `${scope}\n`).join(""));
    case "aliases":
      return text(200, account === first ? "default\n" : "");
    default:
      return undefined;
  }
}

function attribute(instance: Instance, name: string): Reply | undefined {
  const found = Object.hasOwn(instance.attributes, name) ? instance.attributes[name] : undefined;
  return found === undefined ? undefined : text(200, found);
}

function accountList({ serviceAccounts }: Instance): string {
  const names = serviceAccounts.flatMap(({ email }, index) => (index === 0 ? ["default", email] : [email]));
  return names.map((name) => `${name}/\n`).join("");
}

/** An account without scopes has no tokens. */
function token({ core, tokens, instance }: MetadataParts, { email, scopes }: AttachedAccount): Reply {
  if (scopes.length === 0)
    return page(403, `Service account ${email} has no access scopes on this instance.`);
  const seconds = instance.tokenSeconds;
  const access_token = tokens.issue({
    principal: `serviceAccount:${email}`,
    scopes,
    expiresAt: core.clock() + seconds * 1000,
    universe: instance.universe ?? PUBLIC.domain,
  });
  return json(200, { access_token, expires_in: seconds, token_type: "Bearer" });
}

/** The account's identity token; unlike access tokens it needs no access scope. */
async function identity(
  { identityTokens, instance }: MetadataParts,
  { email }: AttachedAccount,
  query: URLSearchParams,
): Promise<Reply> {
  const audience = query.get("audience") ?? "";
  if (audience === "") return page(400, "non-empty audience parameter required");
  const full = query.get("format") === "full";
  return text(
    200,
    await identityTokens.issue(email, { audience, full, instance, expiresIn: instance.identitySeconds }),
  );
}

function notFound(path: string): Reply {
  return page(404, `The requested URL <code>${path}</code> was not found on this server.`);
}

/** The real server's errors are HTML with a style sheet. */
function page(status: number, message: string): Reply {
  const body = `<!DOCTYPE html>
<html lang=en>
  <meta charset=utf-8>
  <title>Error ${status}</title>
  <style>*{margin:0;padding:0}html,code{font:15px/22px arial,sans-serif}</style>
  <p><b>${status}.</b> <ins>That's an error.</ins>
  <p>${message} <ins>That's all we know.</ins>
`;
  return { status, headers: { "content-type": "text/html; charset=UTF-8" }, body };
}
